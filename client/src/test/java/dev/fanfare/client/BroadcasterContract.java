package dev.fanfare.client;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/// What every broadcaster does in the same way, whether its topics live in this process or in a hub.
@ExtendWith(ThreadLeaks.class)
abstract class BroadcasterContract implements TopicRules, SubscriptionRules, JobsRules, RefusalRules {
    private Broadcaster engine;
    private Broadcaster broadcaster;

    /// Returns the broadcaster under test, whose topics are those of `embedded`.
    abstract Broadcaster reach(Broadcaster embedded);

    /// Lets go of what `reach` began.
    abstract void leave();

    @BeforeEach
    void open() {
        TopicPolicy few = TopicPolicy.DEFAULT.withHistory(SHORT, 8 << 20, TopicPolicy.DEFAULT.historyAge());
        engine = Broadcaster.builder(MemoryBackend.create())
                .policy(APP, TopicPattern.of("short/**"), few)
                .start();
        broadcaster = reach(engine);
    }

    @AfterEach
    void close() {
        broadcaster.close();
        leave();
        engine.close();
    }

    @Override
    public Broadcaster broadcaster() {
        return broadcaster;
    }

    @Override
    public App app() {
        return broadcaster.app(APP);
    }
}
