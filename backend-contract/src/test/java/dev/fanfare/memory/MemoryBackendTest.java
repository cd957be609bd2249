package dev.fanfare.memory;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.spi.Backend;
import java.time.Duration;

final class MemoryBackendTest extends BackendContract {
    private final ManualClock clock = new ManualClock();

    @Override
    public Backend open() {
        return MemoryBackend.create(clock);
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
