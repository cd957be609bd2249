package dev.fanfare.server;

/// How one method of a resource is served.
///
/// @param bodyLimit the largest body in bytes; 0 for none
/// @param forOurPagesOnly whether pages of other origins are refused even though it only reads, as for WebSocket
/// @param answer what it is answered with; refusals that may pass look the same, because `EventSource` gives up on any
///     other, and a page cannot see why a WebSocket was not opened
record Action(Handler handler, int bodyLimit, boolean forOurPagesOnly, Kind answer) {
    enum Kind {
        RESPONSE,
        EVENT_STREAM,
        WEBSOCKET
    }

    /// Serves a request: answers it now or later, exactly once, or throws a [Refusal] before it has.
    interface Handler {
        void handle(Exchange exchange);
    }

    static Action read(Handler handler) {
        return new Action(handler, 0, false, Kind.RESPONSE);
    }

    static Action stream(Handler handler) {
        return new Action(handler, 0, false, Kind.EVENT_STREAM);
    }

    static Action webSocket(Handler handler) {
        return new Action(handler, 0, true, Kind.WEBSOCKET);
    }

    static Action write(int bodyLimit, Handler handler) {
        return new Action(handler, bodyLimit, false, Kind.RESPONSE);
    }
}
