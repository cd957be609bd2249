package dev.fanfare.contract;

import dev.fanfare.spi.Backend;
import java.time.Duration;

final class SharedMemoryTest extends BackendContract implements DurableContract, ClusterContract {
    private final ManualClock clock = new ManualClock();
    private final SharedMemory store = new SharedMemory(clock);

    @Override
    public Backend open() {
        return store.open();
    }

    @Override
    public void elapse(Duration time) {
        clock.advance(time);
    }

    @Override
    public void setBack(Duration time) {
        clock.shiftWall(time.negated());
    }
}
