export type {
  Broker,
  BrokerOptions,
  ConsumeOptions,
  FollowOptions,
  LogMessage,
  Outgoing,
  QueueFigures,
  QueueMessage,
  Running,
  Topic,
} from './broker.ts';
export { brokerSchemes, openBroker } from './open.ts';
