package dev.fanfare.server;

/// How one method of a resource is served.
///
/// @param bodyLimit the largest body in bytes; 0 for none
/// @param forOurPagesOnly whether pages of other origins are refused even though it only reads, as for WebSocket
/// @param isStream whether refusals that may pass must look like a stream, because `EventSource` gives up on others
record Action(Handler handler, int bodyLimit, boolean forOurPagesOnly, boolean isStream) {
    /// Serves a request: answers it now or later, exactly once, or throws a [Refusal] before it has.
    interface Handler {
        void handle(Exchange exchange);
    }

    static Action read(Handler handler) {
        return new Action(handler, 0, false, false);
    }

    static Action stream(Handler handler) {
        return new Action(handler, 0, false, true);
    }

    static Action webSocket(Handler handler) {
        return new Action(handler, 0, true, false);
    }

    static Action write(int bodyLimit, Handler handler) {
        return new Action(handler, bodyLimit, false, false);
    }
}
