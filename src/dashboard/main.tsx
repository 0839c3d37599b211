import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/tables.css';
import './style/charts.css';
import './style/forms.css';
import './style/overview.css';
import './style/alerts.css';
import './style/alert.css';
import './style/attack.css';
import './style/pages.css';
import { App } from './app.tsx';

render(<App />, document.getElementById('app') as HTMLElement);
