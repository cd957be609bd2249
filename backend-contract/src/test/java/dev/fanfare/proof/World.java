package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.FaultyBackend;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.proof.Truth.Published;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One topic on a real engine over a real store, its readers, and the truth to hold them against. Everything is small:
/// history, window, ages, so that a few steps reach every limit.
///
/// Threads: confined to the test; with the memory backend everything happens on its thread.
final class World implements AutoCloseable {
    static final TopicPolicy POLICY = new TopicPolicy(
            8, 120, Duration.ofSeconds(60), Duration.ofSeconds(90), Duration.ofSeconds(90), Duration.ofSeconds(60));
    private static final int WINDOW_BYTES = 700; // four events or so
    private static final List<String> BODIES =
            List.of("1", "\"a\"", "\"0123456789\"", "\"a message of some forty characters...\"");
    private static final List<FaultyBackend.News> FATES = List.of(FaultyBackend.News.values());
    private static final TopicName NAME = new TopicName("shop", "orders/42");
    private static final Duration BEYOND_RESYNC = Duration.ofSeconds(30);

    private final boolean faults;
    private final ManualClock clock = new ManualClock();
    private final MemoryBackend store = MemoryBackend.create(clock);
    private final FaultyBackend faulty = FaultyBackend.before(store);
    private final Truth truth = new Truth();
    private final List<CheckedReader> readers = new ArrayList<>();
    private final List<CheckedReader> opening = new ArrayList<>();
    private final List<String> positions = new ArrayList<>(List.of(Position.NONE.toString()));
    private final Broadcaster broadcaster;
    private final App app;
    private final Topic topic;
    private int published;
    private boolean isAway;

    World(boolean faults) {
        this.faults = faults;
        broadcaster = Broadcaster.builder(faults ? faulty : store)
                .policy(POLICY)
                .windowBytes(WINDOW_BYTES)
                .clock(clock)
                .start();
        app = broadcaster.app(NAME.app());
        topic = app.topic(NAME.name());
    }

    void play(Step step) {
        int choice = step.choice();
        switch (step.kind()) {
            case PUBLISH -> publish(event(choice));
            case PUBLISH_CONFLATABLE -> publish(event(choice).asConflatable());
            case PUBLISH_SNAPSHOT -> publish(event(choice).asSnapshot());
            case CLOSE -> close(choice);
            case REOPEN -> reopen(choice);
            case DROP -> drop();
            case SUBSCRIBE -> subscribe(startAt(choice));
            case POLL -> withReader(choice, reader -> reader.poll(1 + choice % 40));
            case DRAIN -> withReader(choice, CheckedReader::drain);
            case RESUME -> withReader(choice, reader -> subscribe(StartAt.after(reader.position())));
            case FORK -> withReader(choice, reader -> readers.add(reader.fork()));
            case LEAVE -> leave(choice);
            case PASS_TIME -> clock.advance(Duration.ofSeconds(choice % 70));
            case NEWS -> faulty.news(FATES.get(choice % FATES.size()));
            case RELEASE_NEWS -> faulty.releaseNews(new Random(choice));
            case HOLD_READS -> faulty.holdReads();
            case RELEASE_READS -> faulty.releaseReads();
            case CUT -> faulty.cut();
            case MEND -> faulty.mend();
            case GO_AWAY -> goAway();
            case COME_BACK -> comeBack();
        }
        learnWhatWasForgotten();
        admitOpened();
    }

    private Event event(int choice) {
        return Event.json(BODIES.get(choice % BODIES.size()).replace("1", "" + published++));
    }

    private void publish(Event event) {
        try {
            Receipt receipt = topic.publish(event);
            boolean snapshot = event.snapshot() || isReopening(event);
            truth.published(new Published(receipt.position(), event.message().utf8(), event.conflatable(), snapshot));
            positions.add(receipt.position().toString());
            if (event.closing() != null) {
                truth.over(event.closing(), receipt.position());
            }
            assertThat(isAway).as("a publish was taken while the store is away").isFalse();
        } catch (BackendUnavailableException unavailable) {
            assertThat(isAway).as("%s", unavailable).isTrue();
        } catch (TopicClosedException refused) {
            assertThat(present().ends).containsExactly(new Truth.End(refused.reason(), refused.position()));
        }
    }

    private void goAway() {
        isAway = true;
        faulty.goAway();
    }

    private void comeBack() {
        isAway = false;
        faulty.comeBack();
    }

    private boolean isReopening(Event event) {
        Truth.Life present = truth.present();
        return present != null && present.isOver() && present.last().equals(event.expected());
    }

    private Truth.Life present() {
        Truth.Life present = truth.present();
        if (present == null) {
            throw new AssertionError("the topic has no life");
        }
        return present;
    }

    private void close(int choice) {
        Event last = event(choice).closing(new CloseReason("reason " + choice));
        publish(choice % 2 == 0 ? last.asSnapshot() : last);
    }

    private void reopen(int choice) {
        Truth.Life present = truth.present();
        if (present != null && present.isOver()) {
            publish(event(choice).expecting(present.last()));
        }
    }

    private void drop() {
        if (isAway) {
            assertThatThrownBy(topic::drop).isInstanceOf(BackendUnavailableException.class);
            return;
        }
        boolean hadLife = truth.present() != null;
        assertThat(topic.drop()).isEqualTo(hadLife);
        Head head = head();
        if (hadLife && head != null) {
            truth.over(CloseReason.DROPPED, head.position());
            positions.add(head.position().toString());
        }
    }

    private StartAt startAt(int choice) {
        int position = choice / 8 % positions.size();
        return switch (choice % 8) {
            case 0, 1 -> StartAt.live();
            case 2 -> StartAt.earliest();
            case 3 -> StartAt.snapshot();
            case 4 -> StartAt.after("no position");
            default -> StartAt.after(positions.get(position));
        };
    }

    private void subscribe(StartAt startAt) {
        CheckedReader reader = new CheckedReader(truth, this::head, !faults, startAt);
        TopicPattern self = TopicPattern.of(NAME.name());
        reader.open(wake -> app.open(Selection.of(self, startAt), wake));
        opening.add(reader);
        assertThat(isAway && reader.isOpen())
                .as("a reader opened while the store is away")
                .isFalse();
    }

    private void admitOpened() {
        opening.removeIf(reader -> {
            if (reader.refused() != null) {
                assertThat(reader.refused()).hasRootCauseInstanceOf(BackendUnavailableException.class);
            }
            if (reader.isOpen()) {
                readers.add(reader);
            }
            return reader.isOpen() || reader.refused() != null;
        });
    }

    private void withReader(int choice, Consumer<CheckedReader> action) {
        if (!readers.isEmpty()) {
            action.accept(readers.get(choice / 40 % readers.size()));
        }
    }

    private void leave(int choice) {
        if (!readers.isEmpty()) {
            CheckedReader reader = readers.remove(choice % readers.size());
            positions.add(reader.position());
            reader.close();
        }
    }

    private @Nullable Head head() {
        return store.read(List.of(new Read(NAME, Position.NONE, 0, false)))
                .toCompletableFuture()
                .join()
                .get(0)
                .head();
    }

    private void learnWhatWasForgotten() {
        Truth.Life present = truth.present();
        Head head = head();
        if (present != null && (head == null || head.epoch() != present.epoch)) {
            present.forgotten = true;
        }
    }

    /// Ends all faults, lets time pass in which the engine must find out by itself, and checks that every reader has
    /// all.
    void settle() {
        if (faults) {
            faulty.news(FaultyBackend.News.PASSED_ON);
            comeBack();
            faulty.releaseReads();
            faulty.releaseNews(new Random(1));
            clock.advance(BEYOND_RESYNC);
        }
        learnWhatWasForgotten();
        admitOpened();
        assertThat(opening).as("cursors that never opened").isEmpty();
        readers.forEach(CheckedReader::drain);
        readers.forEach(CheckedReader::checkComplete);
    }

    @Override
    public void close() {
        broadcaster.close();
    }
}
