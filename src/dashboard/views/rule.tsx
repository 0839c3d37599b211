import type { RuleDetail } from '../../server/api.ts';
import { techniqueName, techniqueUrl } from '../data/attack.ts';
import { techniquesOf } from '../data/format.ts';
import { useResource } from '../data/resource.ts';
import { to } from '../data/router.ts';
import { Chip, Empty, Failed, Loading, Panel, Severity } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';

/** One rule with its text. */
export function RuleView({ id }: { id: string }) {
  const { data, error, reload } = useResource<RuleDetail>(`/v1/rules/${encodeURIComponent(id)}`);
  if (error?.status === 404) {
    return (
      <Empty title="There is no such rule">
        It is not among those in use, and no text of it is kept. <a href={to(['rules'])}>All rules</a>
      </Empty>
    );
  }
  if (error) return <Failed error={error} retry={reload} />;
  if (!data) return <Loading rows={10} />;
  return (
    <article class="rule-page">
      <header class="alert-head">
        <a class="back" href={to(['rules'])}>
          <Icon name="back" />
          Rules
        </a>
        <div class="alert-name">
          <Severity level={data.level} />
          <h2>{data.title}</h2>
          <Chip>{data.status}</Chip>
        </div>
        <p>
          <a href={to(['alerts'], { rule: data.id, status: 'all' })}>Its alerts</a>
        </p>
      </header>
      <Panel title="Rule">
        <RuleText rule={data} />
      </Panel>
    </article>
  );
}

/** What a rule says of itself, and its YAML. */
export function RuleText({ rule }: { rule: RuleDetail }) {
  const techniques = techniquesOf(rule.tags);
  return (
    <div class="rule-text">
      {rule.description ? <p>{rule.description}</p> : null}
      <dl class="facts">
        <div>
          <dt>title</dt>
          <dd>{rule.title}</dd>
        </div>
        {rule.author ? (
          <div>
            <dt>author</dt>
            <dd>{rule.author}</dd>
          </div>
        ) : null}
        {techniques.length > 0 ? (
          <div>
            <dt>techniques</dt>
            <dd>
              {techniques.map((id) => (
                <a key={id} class="technique" href={techniqueUrl(id)} target="_blank" rel="noreferrer">
                  {id} {techniqueName(id)}
                </a>
              ))}
            </dd>
          </div>
        ) : null}
        {rule.falsePositives.length > 0 ? (
          <div>
            <dt>false positives</dt>
            <dd>{rule.falsePositives.join('; ')}</dd>
          </div>
        ) : null}
        {rule.references.length > 0 ? (
          <div>
            <dt>references</dt>
            <dd>
              {rule.references.map((reference) => (
                <Reference key={reference} text={reference} />
              ))}
            </dd>
          </div>
        ) : null}
      </dl>
      {rule.source ? (
        <pre tabIndex={0} role="region" aria-label="The rule's YAML">
          <code>{rule.source}</code>
        </pre>
      ) : (
        <p class="note nothing">The text of this rule is not kept.</p>
      )}
    </div>
  );
}

/** Rules are somebody else's text: only web addresses become links. */
const Reference = ({ text }: { text: string }) =>
  /^https?:\/\//i.test(text) ? (
    <a class="technique" href={text} target="_blank" rel="noreferrer">
      {text}
    </a>
  ) : (
    <span>{text}</span>
  );
