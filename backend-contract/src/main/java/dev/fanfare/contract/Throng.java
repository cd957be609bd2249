package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Very many topics of one app.
record Throng(List<TopicName> topics) {
    private static final int AT_ONCE = 500;

    static Throng of(int size) {
        return new Throng(IntStream.range(0, size)
                .mapToObj(number -> new TopicName("shop", "orders/" + number))
                .toList());
    }

    Throng part(int from, int to) {
        return new Throng(topics.subList(from, to));
    }

    /// Gives each topic one more event.
    void publish(Node node) {
        for (List<TopicName> some : portions()) {
            assertThat(node.append(
                            some.stream().map(topic -> Draft.to(topic, "x")).toList()))
                    .hasOnlyElementsOfType(Accepted.class);
        }
    }

    void attach(Node node) {
        portions().forEach(some -> Await.result(node.backend().attach(some)));
    }

    /// Requires each topic to have that many events.
    void requireHeadsAt(Node node, long offset) {
        for (List<TopicName> some : portions()) {
            List<Read> reads = some.stream()
                    .map(topic -> new Read(topic, Position.NONE, 0, false))
                    .toList();
            assertThat(Await.result(node.backend().read(reads)))
                    .extracting(TopicView::head)
                    .extracting(Head::offset)
                    .containsOnly(offset);
        }
    }

    private List<List<TopicName>> portions() {
        List<List<TopicName>> portions = new ArrayList<>();
        for (int i = 0; i < topics.size(); i += AT_ONCE) {
            portions.add(topics.subList(i, Math.min(topics.size(), i + AT_ONCE)));
        }
        return portions;
    }
}
