package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// More events than a backend lets wait for its store.
public final class Flood {
    private static final int EVENTS = 12_000;
    private static final TopicName TOPIC = new TopicName("shop", "orders");

    private final Node node;
    private final List<CompletableFuture<AppendResult>> answers = new ArrayList<>();

    private Flood(Node node) {
        this.node = node;
    }

    /// Hands all of them over to a node whose store is held up.
    public static Flood of(Node node) {
        Flood flood = new Flood(node);
        for (int i = 0; i < EVENTS; i++) {
            Draft draft = Draft.to(TOPIC, "" + i).keeping(Policies.LARGE);
            flood.answers.add(node.backend()
                    .append(List.of(draft.append()))
                    .thenApply(results -> results.get(0))
                    .toCompletableFuture());
        }
        return flood;
    }

    /// Some were refused at once; all others are stored, now that the store goes on.
    public void check() {
        List<AppendResult> results = answers.stream().map(Await::result).toList();
        assertThat(results).hasOnlyElementsOfTypes(AppendResult.Accepted.class, AppendResult.Overloaded.class);
        long refused = results.stream()
                .filter(AppendResult.Overloaded.class::isInstance)
                .count();
        assertThat(refused).isBetween(1L, 2_000L);
        assertThat(node.head(TOPIC).offset()).isEqualTo(results.size() - refused);
    }
}
