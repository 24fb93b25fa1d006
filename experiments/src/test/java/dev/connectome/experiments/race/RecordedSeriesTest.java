package dev.connectome.experiments.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.cli.Main;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.experiments.grid.Grid;
import dev.connectome.experiments.grid.Seeds;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.recording.Recording;
import dev.connectome.experiments.recording.SeriesFile;
import dev.connectome.experiments.rule.ComparedRules;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The published series: real trainings, and what the platform decided on them. */
class RecordedSeriesTest {

  private static final List<Path> FILES =
      Stream.of("paper.json", "extended.json")
          .map(name -> Path.of("..", "docs", "experiments", name))
          .toList();
  private static final Recording RECORDING = Recording.read(FILES);
  private static final List<RecordedRun> RUNS = RECORDING.runs();

  @Test
  void replayDecidesAsTheControllerDid() {
    Replay replay = new Replay();

    assertThat(RUNS).isNotEmpty();
    for (RecordedRun run : RUNS) {
      assertThat(run.decisions().keySet()).isNotEmpty();
      for (ComparedRules.Rule rule : ComparedRules.of(run.heldOut())) {
        if (!run.decisions().containsKey(rule.id())) {
          continue;
        }
        Optional<Decision> decision = replay.decideAlone(rule.replayPolicy(), run);

        assertThat(decision)
            .as("%s on %s, seed %d", rule.id(), run.setting(), run.seed())
            .isEqualTo(Optional.ofNullable(run.decisions().get(rule.id())));
      }
    }
  }

  @Test
  void replayPoliciesEqualThoseSentToThePlatform() {
    assertThat(ComparedRules.all())
        .allSatisfy(
            rule -> assertThat(PolicyCodec.policy(rule.policy())).isEqualTo(rule.replayPolicy()));
  }

  @Test
  void theProductDefaultIsCompared() {
    assertThat(ComparedRules.of(false)).contains(ComparedRules.productDefault());
    assertThat(ComparedRules.productDefault().replayPolicy())
        .isEqualTo(PolicyCodec.policy(StoppingPolicy.getDefaultInstance()));
  }

  @Test
  void anExperimentContinuesFromThem() {
    SeriesFile recorded = new SeriesFile(null, RECORDING::about);
    RUNS.forEach(recorded::add);
    int seeds = RUNS.stream().mapToInt(RecordedRun::seed).max().orElseThrow();

    assertThat(Trial.of(Grid.EXTENDED.settings(), Seeds.upTo(seeds), RUNS.get(0).epochs()))
        .filteredOn(trial -> recorded.find(trial).isPresent())
        .hasSameSizeAs(RUNS);
  }

  @Test
  void everyTrainingHasATwinAndLearned() {
    List<Race.Pair> pairs = Race.of(RUNS).pairs();

    assertThat(RUNS).hasSize(2 * pairs.size());
    assertThat(pairs).allSatisfy(pair -> assertThat(pair.all().bestAccuracy()).isBetween(0.7, 1.0));
  }

  @Test
  void showAndChooseNeedNoPlatform() {
    assertThat(run("show")).contains("validation-5", "label-wave");
    assertThat(run("choose"))
        .contains("validation-5 (baseline)", "diminishing on trainLoss")
        .doesNotContain("default:");
  }

  private static String run(String command) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
    List<String> arguments = new ArrayList<>(List.of("experiment", command));
    FILES.forEach(file -> arguments.addAll(List.of("--series", file.toString())));
    assertThat(line.execute(arguments.toArray(new String[0]))).isZero();
    return out.toString();
  }
}
