/// The hub: any broadcaster's topics and jobs over HTTP, SSE and WebSocket, on one port.
///
/// Read in this order: `Hub` starts it; `HttpConnection` takes requests, `Gate` says from where they may come, `Router`
/// finds who answers; `Reader` and `Group` are the fan-out; `SseStream` and `WsStream` are the two kinds of streams.
@NullMarked
package dev.fanfare.server;

import org.jspecify.annotations.NullMarked;
