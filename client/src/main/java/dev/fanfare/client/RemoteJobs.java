package dev.fanfare.client;

import dev.fanfare.InvalidValueException;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobPage;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.JsonObject;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The jobs of a hub's app.
///
/// Threads: safe. Changes of one job reach the hub in the order in which they were made here.
final class RemoteJobs extends Jobs {
    private static final int MAX_LIMIT = 1000;

    private final Link link;
    private final RemoteApp app;
    private final Turns turns = new Turns();

    RemoteJobs(Link link, RemoteApp app) {
        super(app, link.clock());
        this.link = link;
        this.app = app;
    }

    @Override
    public CompletionStage<JobReceipt> updateAsync(String id, JobChange change) {
        link.requireOpen();
        String path = path(id) + (change.isExistingOnly() ? "?existing=true" : "");
        Subject subject = Subject.job("updating", id).attempt(attempt(change));
        String key = change.key().map(RemoteJobs::requireHeader).orElseGet(Publish::newKey);
        Call call = Call.post(path, change.json(), subject, link.calls().deadline())
                .with("Content-Type", "application/json")
                .with("Idempotency-Key", key);
        boolean ownKey = change.key().isEmpty();
        return turns.take(
                id, () -> link.calls().ask(call, answer -> receipt(answer.body(), ownKey && answer.repeated())));
    }

    /// The hub names in its refusal where the job is, not which attempt the change had named.
    private static int attempt(JobChange change) {
        return (int) JsonObject.parse(change.json()).number("attempt").orElse(0);
    }

    private static String requireHeader(String key) {
        if (!Publish.isHeader(key)) {
            throw new InvalidValueException(
                    "bad_parameter", "to a hub a job's idempotency key must be plain ASCII, not " + Quote.of(key));
        }
        return key;
    }

    private static JobReceipt receipt(Bytes body, boolean byItself) {
        JsonObject answer = JsonObject.parse(body);
        return new JobReceipt(JobUpdate.parse(body), Publish.durability(answer), answer.flag("duplicate") && !byItself);
    }

    @Override
    public CompletionStage<Optional<JobUpdate>> stateAsync(String id) {
        link.requireOpen();
        Call call = Call.get(path(id), Subject.job("reading", id), link.calls().deadline());
        return Absent.when("unknown_job", link.calls().ask(call, answer -> JobUpdate.parse(answer.body())));
    }

    @Override
    public CompletionStage<JobPage> listAsync(@Nullable JobStatus status, @Nullable String after, int limit) {
        link.requireOpen();
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidValueException("bad_parameter", "limit must be 1 to " + MAX_LIMIT + ", not " + limit);
        }
        String path = app.path("jobs?limit=" + limit)
                + (status == null ? "" : "&status=" + status.wireName())
                + (after == null ? "" : "&cursor=" + Uris.value(after));
        Call call = Call.get(path, Subject.of("listing jobs"), link.calls().deadline());
        return link.calls().ask(call, answer -> page(JsonObject.parse(answer.body())));
    }

    private static JobPage page(JsonObject page) {
        return new JobPage(page.array("jobs").stream().map(JobUpdate::parse).toList(), page.text("next"));
    }

    @Override
    public CompletionStage<Boolean> dropAsync(String id) {
        link.requireOpen();
        Call call =
                Call.delete(path(id), Subject.job("dropping", id), link.calls().deadline());
        return link.calls().ask(call, answer -> JsonObject.parse(answer.body()).flag("existed"));
    }

    private String path(String id) {
        return app.path("jobs/" + Uris.path(Names.requireJobId(id)));
    }
}
