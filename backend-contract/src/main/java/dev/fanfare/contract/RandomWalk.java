package dev.fanfare.contract;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Unavailable;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Does by chance what can be done with the topics of one app, and holds each answer of a backend against that of the
/// memory backend, which is asked the same.
///
/// What the backend could not answer is asked again: every append has a key, so that it is stored once.
///
/// Threads: confined to one.
final class RandomWalk implements AutoCloseable {
    private static final int TOPICS = 6;
    private static final int MOST_IN_A_BATCH = 6;
    private static final long PAUSE_NANOS = 2_000_000;
    /// So that the histories are cut short now and then, and nothing grows old.
    private static final TopicPolicy FOREVER = Policies.LONGEST.withHistory(20, 1 << 20, Policies.LONGEST.historyAge());

    private final String app;
    private final Random chance;
    private final Node model = Node.start(MemoryBackend.create(new ManualClock()));
    private final Likeness likeness = new Likeness();
    private final List<Place> places = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private int appends;

    /// Where something was accepted: there and in the model.
    private record Place(TopicName topic, Position there, Position inModel) {}

    /// An append, and the same for the model: they differ in the epochs of what they expect.
    private record Twins(Draft there, Draft inModel) {
        Twins expecting(Place place) {
            return new Twins(there.expecting(place.there), inModel.expecting(place.inModel));
        }
    }

    RandomWalk(String app, long seed) {
        this.app = app;
        this.chance = new Random(seed);
    }

    /// Goes so many steps, each on one of the nodes, and then looks at everything on all of them.
    void walk(List<Node> nodes, int steps) {
        for (int i = 0; i < steps; i++) {
            step(nodes.get(chance.nextInt(nodes.size())));
        }
        for (Node node : nodes) {
            IntStream.range(0, TOPICS).forEach(number -> read(node, topic(number), Position.NONE, Position.NONE));
            list(node);
        }
    }

    private void step(Node node) {
        int choice = chance.nextInt(100);
        if (choice < 65) {
            append(node, List.of(draft()));
        } else if (choice < 75) {
            append(
                    node,
                    IntStream.rangeClosed(0, chance.nextInt(MOST_IN_A_BATCH))
                            .mapToObj(i -> draft())
                            .toList());
        } else if (choice < 88) {
            readSomewhere(node);
        } else if (choice < 95) {
            join(node, topic());
        } else if (choice < 99) {
            list(node);
        } else if (chance.nextInt(10) == 0) {
            purge(node);
        }
    }

    private TopicName topic(int number) {
        return new TopicName(app, "orders/" + number);
    }

    private TopicName topic() {
        return topic(chance.nextInt(TOPICS));
    }

    /// Returns an append of any kind; few of them end a topic.
    private Twins draft() {
        int choice = chance.nextInt(100);
        appends++;
        Draft draft = Draft.to(topic(), "message " + appends).keeping(FOREVER).withKey(key());
        if (choice < 45) {
            return twins(chance.nextBoolean() ? draft.conflatable() : draft.named("changed"));
        } else if (choice < 60) {
            return twins(draft.with(Effect.SNAPSHOT));
        } else if (choice < 85) {
            return expecting(draft);
        } else if (choice < 90) {
            return twins(draft.with(new Effect.Close(new CloseReason("reason " + appends), chance.nextBoolean())));
        } else if (choice < 96) {
            return expecting(draft.with(Effect.REOPEN));
        }
        return twins(draft.with(new Effect.Drop()));
    }

    /// Returns a new key, or now and then one of the last that were used.
    private String key() {
        if (!keys.isEmpty() && chance.nextInt(20) == 0) {
            return last(keys);
        }
        keys.add("key-" + appends);
        return keys.get(keys.size() - 1);
    }

    private <T> T last(List<T> all) {
        return all.get(Math.max(0, all.size() - 1 - chance.nextInt(10)));
    }

    private static Twins twins(Draft draft) {
        return new Twins(draft, draft);
    }

    /// Expects one of the latest places of the topic: often the last, which is where it is, unless it has been purged.
    private Twins expecting(Draft draft) {
        List<Place> own = places.stream()
                .filter(place -> place.topic.equals(draft.topic()))
                .toList();
        if (own.isEmpty()) {
            return twins(draft.expecting(Position.NONE));
        }
        return twins(draft).expecting(chance.nextInt(3) == 0 ? last(own) : own.get(own.size() - 1));
    }

    private List<AppendResult> append(Node node, List<Twins> twins) {
        List<AppendResult> expected =
                model.append(twins.stream().map(Twins::inModel).toList());
        List<AppendResult> answers =
                settled(node, twins.stream().map(Twins::there).toList());
        for (int i = 0; i < answers.size(); i++) {
            likeness.require(answers.get(i), expected.get(i));
            if (answers.get(i) instanceof Accepted there && expected.get(i) instanceof Accepted inModel) {
                places.add(new Place(twins.get(i).there.topic(), there.position(), inModel.position()));
            }
        }
        places.subList(0, Math.max(0, places.size() - 20 * TOPICS)).clear();
        return answers;
    }

    /// Asks until all is answered. What was asked again may be told as a repetition of itself.
    private List<AppendResult> settled(Node node, List<Draft> drafts) {
        List<AppendResult> answers = new ArrayList<>(node.append(drafts));
        while (answers.stream().anyMatch(Unavailable.class::isInstance)) {
            LockSupport.parkNanos(PAUSE_NANOS);
            List<Integer> open = IntStream.range(0, answers.size())
                    .filter(i -> answers.get(i) instanceof Unavailable)
                    .boxed()
                    .toList();
            List<AppendResult> again =
                    node.append(open.stream().map(drafts::get).toList());
            IntStream.range(0, open.size())
                    .forEach(i -> answers.set(open.get(i), Likeness.ofOneAskedAgain(again.get(i))));
        }
        return answers;
    }

    private void readSomewhere(Node node) {
        if (places.isEmpty()) {
            read(node, topic(), Position.NONE, Position.NONE);
        } else {
            Place from = last(places);
            read(node, from.topic, from.there, from.inModel);
        }
    }

    private void read(Node node, TopicName topic, Position there, Position inModel) {
        int bytes = chance.nextInt(3) == 0 ? chance.nextInt(100) : Integer.MAX_VALUE;
        List<TopicView> views = answered(() -> node.backend().read(List.of(new Read(topic, there, bytes, true))));
        likeness.require(views.get(0), model.read(new Read(topic, inModel, bytes, true)));
    }

    /// What is there when one begins to listen, and what comes then, is all that there is. After an interruption one
    /// looks again.
    private void join(Node node, TopicName topic) {
        answered(() -> node.backend().attach(List.of(topic)).thenApply(done -> true));
        long interruptions = interruptions(node);
        read(node, topic, Position.NONE, Position.NONE);
        appends++;
        Draft next = Draft.to(topic, "joined").keeping(FOREVER).withKey("join-" + appends);
        if (append(node, List.of(twins(next))).get(0) instanceof Accepted accepted) {
            Await.until(
                    node.news(),
                    () -> node.news().hasHeardOf(topic, accepted.position()) || interruptions(node) > interruptions,
                    topic + " at " + accepted.position());
        }
        node.detach(topic);
    }

    private static long interruptions(Node node) {
        return node.news().all().stream().filter(News.Resumed.class::isInstance).count();
    }

    private void list(Node node) {
        List<TopicPage.Entry> all = new ArrayList<>();
        String after = null;
        do {
            String from = after;
            TopicPage page = answered(() -> node.backend().list(app, "", from, 4));
            all.addAll(page.topics());
            after = page.next();
        } while (after != null);
        likeness.require(all, model.list(app, "", TOPICS));
    }

    private void purge(Node node) {
        answered(() -> node.backend().purge(app).thenApply(done -> true));
        Await.result(model.backend().purge(app));
    }

    /// Asks until there is an answer.
    private static <T> T answered(Supplier<CompletionStage<T>> question) {
        while (true) {
            CompletableFuture<T> answer = question.get().toCompletableFuture();
            Await.settled(answer);
            try {
                return answer.join();
            } catch (CompletionException failed) {
                if (!(failed.getCause() instanceof BackendUnavailableException)) {
                    throw new AssertionError("failed: " + failed.getCause(), failed);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
