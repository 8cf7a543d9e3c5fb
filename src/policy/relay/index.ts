/** Transports and routes: which way mail takes from here. */
export {
  type AttemptRange,
  type ChosenTransport,
  chooseRoute,
  type Route,
  type RoutedMail,
  readAttempts,
} from './route.js';
export {
  AUTH_MECHANISMS,
  type AuthMechanism,
  DEFAULT_MECHANISMS,
  DIRECT,
  DIRECT_NAME,
  type DirectTransport,
  type FailTransport,
  RELAY_TLS,
  RELAY_VERIFY,
  type RelayTls,
  type RelayTransport,
  type RelayVerify,
  type SocksByFamily,
  type SocksProxy,
  type Transport,
  type Transports,
  transportNamed,
} from './transport.js';
