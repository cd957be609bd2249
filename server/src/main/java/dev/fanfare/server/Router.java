package dev.fanfare.server;

import dev.fanfare.spi.Quote;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// All that can be asked of a hub: its paths, their methods, and who serves them.
///
/// Threads: immutable.
final class Router {
    private static final String V1 = "/v1/";

    /// What a path names: an action for each method.
    private record Resource(Map<HttpMethod, Action> actions) {}

    private final Map<String, Resource> fixed = new HashMap<>();
    private final Map<String, Resource> ofApp;
    private final Map<String, Resource> ofName;

    Router(Settings settings, Monitoring monitoring) {
        Limits limits = settings.limits();
        var topics = new TopicHandler();
        var jobs = new JobHandler();
        var events = new EventsHandler(limits);
        ofApp = Map.of(
                "events",
                new Resource(Map.of(
                        HttpMethod.GET, Action.stream(events::open),
                        HttpMethod.HEAD, Action.read(events::describe),
                        HttpMethod.POST, Action.write(limits.batchBytes(), new BatchHandler(limits)::publish))),
                "history",
                new Resource(readable(new HistoryHandler()::read)),
                "jobs",
                new Resource(readable(jobs::list)),
                "ws",
                new Resource(Map.of(HttpMethod.GET, Action.webSocket(new SocketHandler(limits)::open))));
        ofName = Map.of(
                "topics",
                new Resource(Map.of(
                        HttpMethod.GET, Action.read(topics::state),
                        HttpMethod.HEAD, Action.read(topics::state),
                        HttpMethod.POST, Action.write(limits.eventBytes(), topics::publish),
                        HttpMethod.DELETE, Action.write(0, topics::drop))),
                "jobs",
                new Resource(Map.of(
                        HttpMethod.GET, Action.read(jobs::state),
                        HttpMethod.HEAD, Action.read(jobs::state),
                        HttpMethod.POST, Action.write(limits.eventBytes(), jobs::update),
                        HttpMethod.DELETE, Action.write(0, jobs::drop))));
        fixed.put("/livez", new Resource(readable(monitoring::live)));
        fixed.put("/readyz", new Resource(readable(monitoring::ready)));
        fixed.put("/metrics", new Resource(readable(monitoring::metrics)));
        Page openApi = Page.ofResource("/openapi.json", "application/json", "openapi.json");
        fixed.put(openApi.path(), new Resource(readable(openApi::serve)));
        for (Page page : settings.pages()) {
            fixed.put(page.path(), new Resource(readable(page::serve)));
        }
    }

    private static Map<HttpMethod, Action> readable(Action.Handler handler) {
        return Map.of(HttpMethod.GET, Action.read(handler), HttpMethod.HEAD, Action.read(handler));
    }

    /// @throws Refusal if there is no such path, or it has no such method
    Route find(String path, HttpMethod method) {
        Resource known = fixed.get(path);
        if (known != null) {
            return new Route(action(known, method), "", "");
        }
        int app = path.startsWith(V1) ? path.indexOf('/', V1.length()) : -1;
        if (app < 0) {
            throw notFound(path);
        }
        String appName = Target.decode(path.substring(V1.length(), app));
        int name = path.indexOf('/', app + 1);
        Resource resource = name < 0 ? ofApp.get(path.substring(app + 1)) : ofName.get(path.substring(app + 1, name));
        if (resource == null) {
            throw notFound(path);
        }
        return new Route(action(resource, method), appName, name < 0 ? "" : Target.decode(path.substring(name + 1)));
    }

    private static Action action(Resource resource, HttpMethod method) {
        Action action = resource.actions().get(method);
        if (action != null) {
            return action;
        }
        Set<String> allowed = new TreeSet<>();
        resource.actions().keySet().forEach(known -> allowed.add(known.name()));
        if (method.equals(HttpMethod.OPTIONS)) {
            return Action.read(exchange -> exchange.answer(Preflight.answer(allowed)));
        }
        throw Refusal.ofMethod(method.name(), allowed);
    }

    private static Refusal notFound(String path) {
        return new Refusal(
                Code.NOT_FOUND, "there is nothing at " + Quote.of(path) + "; /openapi.json lists what there is");
    }

    /// Returns all fixed paths, for tests and messages.
    List<String> fixedPaths() {
        return List.copyOf(fixed.keySet());
    }
}
