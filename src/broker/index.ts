export type {
  Broker,
  BrokerOptions,
  ConsumeOptions,
  LogMessage,
  Outgoing,
  QueueMessage,
  Running,
} from './broker.ts';
export { openBroker } from './open.ts';
