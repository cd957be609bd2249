package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.spi.Capabilities;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The rules every backend keeps. A backend is right when a subclass of this passes.
///
/// A subclass says how to open the backend and how to let the store's time pass. One that is durable or shared between
/// processes also implements [DurableContract] or [ClusterContract], and one whose faults can be made [OutageContract]:
///
/// ```java
/// final class MemoryBackendTest extends BackendContract {
///     private final ManualClock clock = new ManualClock();
///
///     @Override
///     public Backend open() {
///         return MemoryBackend.create(clock);
///     }
///
///     @Override
///     public void elapse(Duration time) {
///         clock.advance(time);
///     }
///
///     @Override
///     public void setBack(Duration time) {
///         clock.shiftWall(time.negated());
///     }
/// }
/// ```
///
/// Threads: the threads of a test may ask for nodes; JUnit closes them when they have ended.
@ExtendWith(ThreadLeaks.class)
public abstract class BackendContract
        implements AppendRules,
                BatchRules,
                ConcurrencyRules,
                EffectRules,
                DropRules,
                ExpectationRules,
                ReadRules,
                RetentionRules,
                ExpiryRules,
                IdempotencyRules,
                LivePathRules,
                AppRules,
                ScaleRules,
                LifecycleRules {
    private final List<Node> nodes = new ArrayList<>(); // guarded by this
    private @Nullable Node first; // guarded by this

    @Override
    public final synchronized Node node() {
        Node node = first;
        if (node == null) {
            node = anotherNode();
            first = node;
        }
        return node;
    }

    @Override
    public final synchronized Node anotherNode() {
        Node node = Node.start(open());
        nodes.add(node);
        return node;
    }

    @AfterEach
    final synchronized void closeNodes() {
        nodes.forEach(Node::close);
    }

    @Test
    void theSuitesOfItsCapabilitiesAreInherited() {
        Capabilities claimed = node().backend().capabilities();
        assertThat(this instanceof DurableContract)
                .as("DurableContract is inherited")
                .isEqualTo(claimed.durable());
        assertThat(this instanceof ClusterContract)
                .as("ClusterContract is inherited")
                .isEqualTo(claimed.shared());
    }
}
