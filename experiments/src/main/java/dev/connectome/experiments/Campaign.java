package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.Display;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.client.RunNames;
import dev.connectome.client.RunStates;
import dev.connectome.client.Signatures;
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
 * Has the trainings of an experiment done by a platform. Those that are known are not done again,
 * nor those that the platform has done before, or began, and that are found by their names.
 */
final class Campaign {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration LAST_SIGNATURE = Duration.ofSeconds(60);

  private final ConnectomeClient connection;
  private final Path images;
  private final SeriesFile known;
  private final InstantSource clock;
  private final Consumer<String> say;
  private final Map<String, Instant> endSeen = new LinkedHashMap<>();

  Campaign(
      ConnectomeClient connection,
      Path images,
      SeriesFile known,
      InstantSource clock,
      Consumer<String> say) {
    this.connection = connection;
    this.images = images;
    this.known = known;
    this.clock = clock;
    this.say = say;
  }

  /**
   * Runs the trainings to their ends. Each is kept with those that are known as soon as it is
   * finished.
   *
   * @param trials what to train
   * @return what each did, in the same order
   * @throws InterruptedException if the thread is interrupted; the trainings go on or are resumed
   * @throws CommandFailure if one fails, or the platform has a run of that name and another
   *     definition
   */
  List<RecordedRun> run(List<Trial> trials) throws InterruptedException {
    Map<String, Trial> open = new LinkedHashMap<>();
    Map<String, RecordedRun> done = new LinkedHashMap<>();
    for (Trial trial : trials) {
      known
          .find(trial)
          .ifPresentOrElse(run -> done.put(trial.name(), run), () -> open.put(trial.name(), trial));
    }
    if (!done.isEmpty()) {
      say.accept("%d of %d trainings are known".formatted(done.size(), trials.size()));
    }
    submit(open);
    Progress progress = new Progress(trials, clock);
    while (!open.isEmpty()) {
      try {
        look(open, done, progress);
      } catch (ControllerException e) {
        // The platform starts a controller that died again.
        if (!e.isTransient()) {
          throw e;
        }
      }
      if (!open.isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
      }
    }
    return trials.stream().map(trial -> done.get(trial.name())).toList();
  }

  /**
   * Those of some trainings that are known or that the platform has done; nothing is started.
   *
   * @param trials what may have been trained
   * @return what each that has been did, in the same order
   */
  List<RecordedRun> finished(List<Trial> trials) {
    Map<String, TrainingRun> completed = list(List.of(RunState.RUN_STATE_COMPLETED));
    List<RecordedRun> done = new ArrayList<>();
    for (Trial trial : trials) {
      TrainingRun run = completed.get(trial.name());
      if (known.find(trial).isEmpty()
          && run != null
          && definition(run).equals(trial.definition())) {
        known.add(Recorder.record(trial, run, signatures(trial)));
      }
      known.find(trial).ifPresent(done::add);
    }
    say.accept("%d of %d trainings are finished".formatted(done.size(), trials.size()));
    return done;
  }

  private void submit(Map<String, Trial> trials) {
    Map<String, TrainingRun> begun = list(List.of());
    int found = 0;
    for (Trial trial : trials.values()) {
      TrainingRun run = begun.get(trial.name());
      if (run == null) {
        connection.create(trial.name(), trial.run(images));
        continue;
      }
      if (!definition(run).equals(trial.definition())) {
        throw CommandFailure.badInput(
            "the platform has a run %s of another definition: delete it, or name another directory with --state-dir"
                .formatted(trial.name()));
      }
      found++;
      if (run.getState() == RunState.RUN_STATE_FAILED
          || run.getState() == RunState.RUN_STATE_STOPPED) {
        connection.resume(run.getName());
      }
    }
    say.accept(
        "%d trainings%s"
            .formatted(
                trials.size(), found == 0 ? "" : ", of which " + found + " were begun before"));
  }

  private static String definition(TrainingRun run) {
    return run.getLabelsOrDefault(Trial.DEFINITION, "");
  }

  private void look(Map<String, Trial> open, Map<String, RecordedRun> done, Progress progress) {
    Map<String, TrainingRun> live = list(RunStates.live());
    progress.update(open.keySet(), live);
    for (Trial trial : List.copyOf(open.values())) {
      if (live.containsKey(trial.name())) {
        continue;
      }
      TrainingRun run = connection.get(trial.name());
      if (!RunStates.ended(run.getState())) {
        continue;
      }
      if (run.getState() != RunState.RUN_STATE_COMPLETED) {
        throw CommandFailure.failed(
            "run %s ended %s: %s; the same command goes on from here"
                .formatted(trial.name(), Display.name(run.getState()), run.getStateMessage()));
      }
      List<SignatureRecord> latest = signatures(trial);
      if (complete(trial, latest)) {
        RecordedRun recorded = Recorder.record(trial, run, latest);
        known.add(recorded);
        done.put(trial.name(), recorded);
        open.remove(trial.name());
        say.accept(progress.line(done.size(), trial, recorded));
      }
    }
  }

  /**
   * The signatures of a training.
   *
   * @param trial the training
   * @return one an epoch, in order of epochs; none if another platform trained it
   */
  List<SignatureRecord> signatures(Trial trial) {
    try {
      return Signatures.latest(connection.signatures(trial.name()).toList());
    } catch (ControllerException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  /** The last signatures may be stored a moment after the end; one that is lost is not awaited. */
  private boolean complete(Trial trial, List<SignatureRecord> latest) {
    Instant seen = endSeen.computeIfAbsent(trial.name(), name -> clock.instant());
    boolean last = !latest.isEmpty() && latest.get(latest.size() - 1).getEpoch() >= trial.epochs();
    return last || Duration.between(seen, clock.instant()).compareTo(LAST_SIGNATURE) > 0;
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
