package dev.connectome.experiments.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.cli.CommandFailure;
import dev.connectome.experiments.grid.DataLimitedSetting;
import dev.connectome.experiments.grid.DataSet;
import dev.connectome.experiments.grid.Setting;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.experiments.grid.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeriesFileTest {

  private static final Provenance PROVENANCE =
      new Provenance("connectome", "1", "17", "Linux", 2, "2026-01-01T00:00:00Z", 1);
  private static final Setting SETTING =
      new DataLimitedSetting(DataSet.MNIST, "sgd", 0, Variant.BASE);
  private static final Trial TRIAL = new Trial(SETTING, 1, 3, false);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("series.json");
  }

  @Test
  void findsFinishedTrainingsWhenReopened() {
    RecordedRun run = run(TRIAL, TRIAL.definition());
    open().add(run);

    SeriesFile next = open();

    assertThat(next.find(TRIAL)).contains(run);
    assertThat(next.find(new Trial(SETTING, 2, 3, false))).isEmpty();
    assertThat(next.find(new Trial(SETTING, 1, 3, true))).isEmpty();
    assertThat(next.find(new Trial(SETTING, 1, 4, false))).isEmpty();
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void replacesATrainingWithAnotherDefinition() {
    open().add(run(TRIAL, "another"));

    SeriesFile next = open();

    assertThat(next.find(TRIAL)).isEmpty();
    next.add(run(TRIAL, TRIAL.definition()));
    assertThat(Recording.read(file).runs())
        .extracting(RecordedRun::definition)
        .containsExactly(TRIAL.definition());
  }

  @Test
  void readsFilesWithoutDefinitionsAndTrainsAgain() throws Exception {
    open().add(run(TRIAL, TRIAL.definition()));
    Files.writeString(
        file, Files.readString(file).replace(",\"definition\":\"" + TRIAL.definition() + "\"", ""));

    assertThat(open().find(TRIAL)).isEmpty();
    assertThat(Recording.read(file).runs()).extracting(RecordedRun::definition).containsExactly("");
  }

  @Test
  void keepsTrainingsOfOtherExperiments() {
    RecordedRun other = run(new Trial(SETTING, 9, 80, true), "another");
    open().add(other);

    open().add(run(TRIAL, TRIAL.definition()));

    assertThat(Recording.read(file).runs()).hasSize(2).contains(other);
  }

  @Test
  void rejectsForeignAndUnwritableFilesBeforeTraining() throws Exception {
    Files.writeString(file, "something else");
    assertThatThrownBy(this::open)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("holds no recorded series");
    assertThat(file).hasContent("something else");

    file = directory.resolve("missing").resolve("series.json");
    assertThatThrownBy(this::open)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void readsSeveralFilesAsOne() {
    open().add(run(TRIAL, "first"));
    Path first = file;
    file = directory.resolve("second.json");
    SeriesFile second = open();
    second.add(run(TRIAL, "second"));
    second.add(run(new Trial(SETTING, 2, 3, false), "second"));

    assertThat(Recording.read(List.of(first, file)).runs())
        .extracting(RecordedRun::definition)
        .containsExactly("second", "second");
  }

  private SeriesFile open() {
    return new SeriesFile(file, () -> PROVENANCE);
  }

  private static RecordedRun run(Trial trial, String definition) {
    Map<String, List<Double>> series = Map.of(RecordedRun.ACCURACY, List.of(0.5, 0.6, 0.7));
    return new RecordedRun(
        trial.setting().id(),
        trial.seed(),
        trial.heldOut(),
        trial.epochs(),
        1,
        Map.copyOf(series),
        Map.of("trough", new RecordedRun.Decision(2, 1)),
        Map.of("reorganisation", 1),
        definition,
        120,
        0);
  }
}
