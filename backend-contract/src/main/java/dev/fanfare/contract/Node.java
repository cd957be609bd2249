package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One node of a test: a started backend, what it has announced, and its methods in a form that waits.
///
/// Threads: as safe as its backend.
public final class Node implements AutoCloseable {
    private static final int EVERYTHING = Integer.MAX_VALUE;

    private final Backend backend;
    private final RecordingListener news = new RecordingListener();

    private Node(Backend backend) {
        this.backend = backend;
    }

    public static Node start(Backend backend) {
        Node node = new Node(backend);
        Await.result(backend.start(node.news));
        return node;
    }

    public Backend backend() {
        return backend;
    }

    /// Returns what the backend has announced to this node.
    public RecordingListener news() {
        return news;
    }

    public List<AppendResult> append(List<Draft> drafts) {
        return Await.result(backend.append(drafts.stream().map(Draft::append).toList()));
    }

    public AppendResult append(Draft draft) {
        return append(List.of(draft)).get(0);
    }

    /// Appends what must be accepted.
    public Accepted accept(Draft draft) {
        AppendResult result = append(draft);
        assertThat(result).as("append to %s", draft.topic()).isInstanceOf(Accepted.class);
        return (Accepted) result;
    }

    /// Appends a plain event that must be accepted.
    public Position publish(TopicName topic, String message) {
        return accept(Draft.to(topic, message)).position();
    }

    /// Reads all that follows `after`, and the snapshot.
    public TopicView read(TopicName topic, Position after) {
        return read(new Read(topic, after, EVERYTHING, true));
    }

    public TopicView read(TopicName topic) {
        return read(topic, Position.NONE);
    }

    public TopicView read(Read read) {
        return Await.result(backend.read(List.of(read))).get(0);
    }

    /// Tells, later, whether what has been announced can be read here; asks at once.
    CompletionStage<Boolean> canRead(News.Advanced advanced) {
        Head announced = advanced.atLeast();
        return backend.read(List.of(new Read(advanced.topic(), Position.NONE, 0, false)))
                .thenApply(views -> {
                    Head head = views.get(0).head();
                    return head != null && (head.epoch() != announced.epoch() || head.offset() >= announced.offset());
                });
    }

    /// Returns the head of a topic that has one.
    public Head head(TopicName topic) {
        Head head = read(new Read(topic, Position.NONE, 0, false)).head();
        if (head == null) {
            throw new AssertionError(topic + " has no head");
        }
        return head;
    }

    /// Returns the offsets of all events that can be read.
    public List<Long> offsets(TopicName topic) {
        return read(topic).events().stream().map(StoredEvent::offset).toList();
    }

    /// Returns the messages of all events that can be read.
    public List<String> messages(TopicName topic) {
        return read(topic).events().stream()
                .map(event -> event.message().utf8())
                .toList();
    }

    public void attach(TopicName... topics) {
        Await.result(backend.attach(List.of(topics)));
    }

    public void detach(TopicName... topics) {
        backend.detach(List.of(topics));
    }

    /// Lists all topics of the app whose names begin with `prefix`, page by page.
    public List<TopicPage.Entry> list(String app, String prefix, int limit) {
        List<TopicPage.Entry> all = new ArrayList<>();
        @Nullable String after = null;
        do {
            TopicPage page = Await.result(backend.list(app, prefix, after, limit));
            assertThat(page.topics()).as("a page").hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.topics());
            after = page.next();
        } while (after != null);
        return all;
    }

    public List<String> names(String app) {
        return list(app, "", 1000).stream().map(TopicPage.Entry::name).toList();
    }

    /// Follows the topic's chain from `after` to its head: nothing left out, nothing twice, in order.
    public List<StoredEvent> chain(TopicName topic, Position after) {
        List<StoredEvent> chain = new ArrayList<>();
        Position at = after;
        TopicView view;
        do {
            view = read(topic, at);
            for (StoredEvent event : view.events()) {
                assertThat(event.follows(at))
                        .as("%s follows %s", event.position(), at)
                        .isTrue();
                chain.add(event);
                at = event.position();
            }
        } while (view.more());
        return chain;
    }

    @Override
    public void close() {
        backend.close();
    }
}
