package dev.connectome.experiments.recording;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.Display;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.client.RunNames;
import dev.connectome.client.RunStates;
import dev.connectome.client.Signatures;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SignatureRecord;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs the trainings of an experiment on a platform. Those already recorded are not trained again;
 * runs that the platform has finished or started are found by name.
 */
public final class TrialRunner {
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);
  private static final Duration SIGNATURE_TIMEOUT = Duration.ofSeconds(60);

  private final ConnectomeClient connection;
  private final Path images;
  private final SeriesFile recorded;
  private final InstantSource clock;
  private final Consumer<String> progress;
  private final Map<String, Instant> firstSeenEnded = new LinkedHashMap<>();

  public TrialRunner(
      ConnectomeClient connection,
      Path images,
      SeriesFile recorded,
      InstantSource clock,
      Consumer<String> progress) {
    this.connection = connection;
    this.images = images;
    this.recorded = recorded;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Runs the trainings to their ends; each is recorded as soon as it has finished.
   *
   * @return in the order of the trials
   * @throws InterruptedException if the thread is interrupted; the trainings continue or are
   *     resumed
   * @throws CommandFailure if one fails, or the platform has a run of the same name and another
   *     definition
   */
  public List<RecordedRun> run(List<Trial> trials) throws InterruptedException {
    Map<String, Trial> pending = new LinkedHashMap<>();
    Map<String, RecordedRun> finished = new LinkedHashMap<>();
    for (Trial trial : trials) {
      recorded
          .find(trial)
          .ifPresentOrElse(
              run -> finished.put(trial.name(), run), () -> pending.put(trial.name(), trial));
    }
    if (!finished.isEmpty()) {
      progress.accept(
          "%d of %d trainings are recorded already".formatted(finished.size(), trials.size()));
    }
    submit(pending);
    Progress estimate = new Progress(trials, clock);
    while (!pending.isEmpty()) {
      try {
        poll(pending, finished, estimate);
      } catch (ControllerException e) {
        // The platform restarts a controller that died.
        if (!e.isTransient()) {
          throw e;
        }
      }
      if (!pending.isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL.toMillis());
      }
    }
    return trials.stream().map(trial -> finished.get(trial.name())).toList();
  }

  /** The trainings that are recorded or that the platform has finished; starts nothing. */
  public List<RecordedRun> finished(List<Trial> trials) {
    Map<String, TrainingRun> completed = list(List.of(RunState.RUN_STATE_COMPLETED));
    List<RecordedRun> finished = new ArrayList<>();
    for (Trial trial : trials) {
      TrainingRun run = completed.get(trial.name());
      if (recorded.find(trial).isEmpty()
          && run != null
          && definition(run).equals(trial.definition())) {
        recorded.add(Recorder.record(trial, run, signatures(trial)));
      }
      recorded.find(trial).ifPresent(finished::add);
    }
    progress.accept("%d of %d trainings are finished".formatted(finished.size(), trials.size()));
    return finished;
  }

  private void submit(Map<String, Trial> trials) {
    Map<String, TrainingRun> existing = list(List.of());
    int found = 0;
    for (Trial trial : trials.values()) {
      TrainingRun run = existing.get(trial.name());
      if (run == null) {
        connection.create(trial.name(), trial.run(images));
        continue;
      }
      if (!definition(run).equals(trial.definition())) {
        throw CommandFailure.badInput(
            "the platform has a run %s with another definition: delete it, or choose another --state-dir"
                .formatted(trial.name()));
      }
      found++;
      if (run.getState() == RunState.RUN_STATE_FAILED
          || run.getState() == RunState.RUN_STATE_STOPPED) {
        connection.resume(run.getName());
      }
    }
    progress.accept(
        "%d trainings%s"
            .formatted(
                trials.size(), found == 0 ? "" : ", of which " + found + " were started before"));
  }

  private static String definition(TrainingRun run) {
    return run.getLabelsOrDefault(Trial.DEFINITION, "");
  }

  private void poll(
      Map<String, Trial> pending, Map<String, RecordedRun> finished, Progress estimate) {
    Map<String, TrainingRun> live = list(RunStates.live());
    estimate.update(pending.keySet(), live);
    for (Trial trial : List.copyOf(pending.values())) {
      if (live.containsKey(trial.name())) {
        continue;
      }
      TrainingRun run = connection.get(trial.name());
      if (!RunStates.ended(run.getState())) {
        continue;
      }
      if (run.getState() != RunState.RUN_STATE_COMPLETED) {
        throw CommandFailure.failed(
            "run %s ended %s: %s; run the same command again to continue"
                .formatted(trial.name(), Display.name(run.getState()), run.getStateMessage()));
      }
      List<SignatureRecord> latest = signatures(trial);
      if (complete(trial, latest)) {
        RecordedRun record = Recorder.record(trial, run, latest);
        recorded.add(record);
        finished.put(trial.name(), record);
        pending.remove(trial.name());
        progress.accept(estimate.line(finished.size(), trial, record));
      }
    }
  }

  /** The signatures of a training, one per epoch; none if another platform trained it. */
  public List<SignatureRecord> signatures(Trial trial) {
    try {
      return Signatures.latest(connection.signatures(trial.name()).toList());
    } catch (ControllerException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * The last signatures may be stored shortly after the end; a lost one is not awaited for ever.
   */
  private boolean complete(Trial trial, List<SignatureRecord> latest) {
    Instant ended = firstSeenEnded.computeIfAbsent(trial.name(), name -> clock.instant());
    boolean last = !latest.isEmpty() && latest.get(latest.size() - 1).getEpoch() >= trial.epochs();
    return last || Duration.between(ended, clock.instant()).compareTo(SIGNATURE_TIMEOUT) > 0;
  }

  private Map<String, TrainingRun> list(List<RunState> states) {
    return connection
        .list(
            ListTrainingRunsRequest.newBuilder()
                .putLabels(Trial.LABEL, "true")
                .addAllStates(states)
                .build())
        .collect(Collectors.toMap(RunNames::id, run -> run));
  }
}
