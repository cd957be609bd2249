package dev.fanfare.contract;

import dev.fanfare.spi.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

final class FaultyBackendTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    private final ManualClock clock = new ManualClock();
    private final SharedMemory store = new SharedMemory(clock);
    private final List<FaultyBackend> opened = new ArrayList<>();

    @Override
    public synchronized Backend open() {
        FaultyBackend backend = FaultyBackend.before(store.open());
        opened.add(backend);
        return backend;
    }

    @Override
    public void elapse(Duration time) {
        clock.advance(time);
    }

    @Override
    public void setBack(Duration time) {
        clock.shiftWall(time.negated());
    }

    @Override
    public void cut() {
        opened.get(0).cut();
    }

    @Override
    public void mend() {
        opened.get(0).mend();
    }

    @Override
    public void stopStore() {
        opened.forEach(FaultyBackend::goAway);
    }

    @Override
    public void startStore() {
        opened.forEach(FaultyBackend::comeBack);
    }
}
