package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.RefusedException;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.VectorPosition;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client refuses by itself, and what a hub cannot do for it.
@ExtendWith(ThreadLeaks.class)
final class HubClientTest {
    private Broadcaster engine;
    private Hub hub;
    private HubClient client;

    @BeforeEach
    void open() {
        engine = Broadcaster.on(MemoryBackend.create());
        hub = Hub.on(engine).port(0).start();
        client = HubClient.builder(URI.create("http://127.0.0.1:" + hub.port() + "/"))
                .timeout(Duration.ofSeconds(20)) // on a machine that is busy with other things
                .connect();
    }

    @AfterEach
    void close() {
        client.close();
        hub.close();
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://127.0.0.1", "localhost:7780", "http:///v1", "http://127.0.0.1?x", "http://127.0.0.1#x"})
    void anAddressThatIsNoHubsIsRefused(String address) {
        assertThatThrownBy(() -> HubClient.connect(URI.create(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://127.0.0.1:7780")
                .hasMessageContaining(address);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        HubClientBuilder builder = HubClient.builder(URI.create("http://127.0.0.1"));
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessage("timeout must be positive: PT0S");
        assertThatThrownBy(() -> builder.silence(Duration.ofSeconds(-1))).hasMessage("silence must be positive: PT-1S");
        assertThatThrownBy(() -> builder.longestPause(Duration.ZERO)).hasMessageContaining("longestPause");
        assertThatThrownBy(() -> builder.queueBytes(0)).hasMessage("queueBytes must be positive: 0");
    }

    @Test
    void anEventThatExpectsAPositionIsRefused() {
        assertThatThrownBy(() -> client.app("shop")
                        .topic("stock")
                        .publish(Event.json("1").expecting(Position.NONE)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("expects a position");
        assertThat(engine.app("shop").topic("stock").state()).isEmpty();
    }

    @Test
    void aJobsKeyThatIsNoHeaderIsRefused() {
        assertThatThrownBy(() ->
                        client.app("shop").jobs().update("a", JobChange.none().idempotencyKey("schlüssel")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("schlüssel");
    }

    @Test
    void moreTopicsThanAConnectionNamesAreRefused() {
        Selection selection = Selection.of(TopicPattern.of("t0"), StartAt.live());
        for (int i = 1; i <= 128; i++) {
            selection = selection.and(TopicPattern.of("t" + i), StartAt.live());
        }
        Selection tooMany = selection;
        assertThatThrownBy(() -> client.app("shop").subscribe(tooMany))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("at most 128");
    }

    /// The patience with a stream may be over at the moment at which it begins.
    @Test
    void aStreamThatHasBegunIsNotEndedByItsBeingGivenUp() throws Exception {
        Semaphore news = new Semaphore(0);
        Selection stock = Selection.of(TopicPattern.of("stock"), StartAt.live());
        try (RemoteCursor cursor = (RemoteCursor) client.app("shop")
                .open(stock, news::release)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)) {
            cursor.poll(1);
            cursor.refused(new BackendUnavailableException("hub", "subscribing", "not subscribed in time", false));
            engine.app("shop").topic("stock").publish("1");

            assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            assertThat(cursor.poll(1)).singleElement().isInstanceOf(Received.class);
            assertThat(cursor.isEnded()).isFalse();
        }
    }

    /// A reader's place must not be ahead of what it has been given, should it close now.
    @Test
    void aPollForOneGivesOneThoughItBeAnEnd() throws Exception {
        Selection both = Selection.of(TopicPattern.of("a"), StartAt.live()).and(TopicPattern.of("b"), StartAt.live());
        try (RemoteCursor cursor = (RemoteCursor)
                client.app("shop").open(both, () -> {}).toCompletableFuture().get(20, TimeUnit.SECONDS)) {
            engine.app("shop").topic("a").publish(Event.json("1").closing(CloseReason.COMPLETE));
            Position last = engine.app("shop").topic("b").publish("2").position();
            while (!VectorPosition.parse(cursor.resumeAfter())
                    .orElseThrow()
                    .of("b")
                    .equals(Optional.of(last))) {
                assertThat(Thread.interrupted())
                        .as("the test has taken too long")
                        .isFalse();
                Thread.onSpinWait();
            }
            for (int i = 0; i < 3; i++) {
                assertThat(cursor.poll(1)).hasSize(1);
            }
        }
    }

    @Test
    void closingAgainDoesNothing() {
        client.close();
        client.close();
        assertThatThrownBy(() -> client.app("shop").jobs().state("a")).isInstanceOf(IllegalStateException.class);
    }
}
