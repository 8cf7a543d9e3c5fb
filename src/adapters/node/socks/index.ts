/** SOCKS5 proxies in front of mail hosts (RFC 1928). */
export { type SocksCause, type SocksRequest, socksConnect } from './socks-connect.js';
