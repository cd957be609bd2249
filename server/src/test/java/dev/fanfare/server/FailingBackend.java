package dev.fanfare.server;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.contract.ForwardingBackend;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.TopicView;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A store in memory that can go away, has one topic too many for its second, has too much to do for topic `busy`, is
/// full for topic `full`, and broken for topic `broken`.
final class FailingBackend extends ForwardingBackend {
    private volatile BackendListener listener;
    private volatile boolean away;

    FailingBackend() {
        super(MemoryBackend.create(Clock.system(), 1 << 20, 2));
    }

    void goAway() {
        away = true;
        listener.interrupted(new Scope.Everything(), "pulled");
    }

    void comeBack() {
        away = false;
        listener.resumed(new Scope.Everything());
    }

    @Override
    public CompletionStage<Void> start(BackendListener told) {
        listener = told;
        return super.start(told);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        if (away) {
            return CompletableFuture.completedStage(List.of(new AppendResult.Unavailable("pulled", false)));
        }
        return switch (appends.get(0).topic().name()) {
            case "busy" -> CompletableFuture.completedStage(List.of(new AppendResult.Overloaded()));
            case "full" -> CompletableFuture.completedStage(List.of(new AppendResult.StorageFull("no bytes left")));
            case "broken" -> throw new IllegalStateException("java.lang.Secret at /etc/passwd");
            default -> super.append(appends);
        };
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return away
                ? CompletableFuture.failedStage(new BackendUnavailableException("test", "reading", "pulled", false))
                : super.read(reads);
    }

    @Override
    public BackendHealth health() {
        return away ? BackendHealth.unavailable("pulled") : super.health();
    }
}
