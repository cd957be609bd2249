package dev.fanfare.jobs;

import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.Topic;
import dev.fanfare.TopicState;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/// The log of one job: its updates are appended to it, and the last one is read from it.
///
/// @param id of the job
/// @param append stores an event in the job's topic
/// @param state reads how that topic stands
public record JobLog(
        String id,
        Function<Event, CompletionStage<Receipt>> append,
        Supplier<CompletionStage<Optional<TopicState>>> state) {

    static JobLog of(String id, Topic topic) {
        return new JobLog(id, topic::publishAsync, topic::stateAsync);
    }

    /// Changes the job, by the rules of [Jobs#update(String, JobChange)].
    public CompletionStage<JobReceipt> update(JobChange change) {
        return new JobAppend(this, change).run(null);
    }

    /// Reads the job's last update, from its topic's snapshot.
    CompletionStage<Optional<JobUpdate>> last() {
        return state.get()
                .thenApply(state -> state.flatMap(TopicState::snapshot)
                        .map(JobUpdate::of)
                        .map(last -> new JobUpdate(id, last.state(), last.timestamp(), last.position())));
    }
}
