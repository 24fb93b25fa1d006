package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.cli.Main;
import dev.connectome.client.policy.PolicySyntax;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DiminishingRule;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands print of the runs of a controller, and what they make of a file. */
class OutputTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController();
    controller.put(run("a", 7, 0.25));
    controller.put(run("b", 12, 1.234e-5).putLabels("team", "x").putLabels("note", "1.0"));
  }

  private static TrainingRun.Builder run(String name, int epoch, double loss) {
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .setName("runs/" + name)
            .setUid("uid-" + name)
            .setState(RunState.RUN_STATE_RUNNING)
            .setPolicy(
                StoppingPolicy.newBuilder()
                    .setPolicyId("diminishing")
                    .setDiminishing(DiminishingRule.newBuilder().setWindow(8)));
    run.getSpecBuilder().setEpochs(60).setSeed(1L << 60).getModelBuilder().addHiddenWidths(8);
    run.getSpecBuilder().getModelBuilder().setDropout(0.5);
    run.getProgressBuilder().setCompletedEpochs(epoch).putMetrics("trainLoss", loss);
    return run;
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(
            Stream.of(
                    Stream.of("runs"),
                    Stream.of(arguments),
                    Stream.of("--endpoint", controller.endpoint()))
                .flatMap(each -> each)
                .toArray(String[]::new));
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  @Test
  void aTableHasColumnsForPeople() {
    assertThat(run("list")).isZero();

    assertThat(lines())
        .containsExactly(
            "NAME  STATE    EPOCH  BUDGET       LOSS  STAGE  CREATED",
            "a     RUNNING      7      60     0.2500         -",
            "b     RUNNING     12      60  1.234e-05         -");
  }

  @Test
  void aSpreadsheetGetsAllColumnsWithTheirNumbersInFull() {
    assertThat(run("list", "-o", "csv")).isZero();

    assertThat(lines().get(0))
        .startsWith("name,state,epoch,budget,loss,stage,created,decided,by,kept,test_accuracy");
    assertThat(lines().get(2))
        .startsWith("b,RUNNING,12,60,1.234E-5,,-,")
        .contains(",\"note=1.0,team=x\",");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          get a -o name                                        | a
          list -o name                                         | a b
          get a -o jsonpath=.spec.epochs                       | 60
          get a -o jsonpath={.progress.metrics.trainLoss}      | 0.25
          get a b -o jsonpath=$.trainingRuns[*].name           | runs/a runs/b
          get a -o jsonpath=spec.model.hiddenWidths            | 8
          get a -o jsonpath=.decision.stopEpoch                |
          list -o jsonpath=.trainingRuns[?(@.labels.team)].uid | uid-b
          """)
  void aPartIsPrintedForScripts(String command, String printed) {
    assertThat(run(command.split(" "))).isZero();

    assertThat(String.join(" ", lines())).isEqualTo(printed == null ? "" : printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          get a -o xml             | 'xml' must be table, wide, name, json, yaml, csv or jsonpath=PATH
          get a -o jsonpath=.a[?(  | is no path
          create -f a --name b --wait --dry-run | --wait follows a run, and --dry-run creates none
          stop a b --wait          | --wait follows one run: name one
          """)
  void aFormThatDoesNotExistIsRefusedBeforeAnythingIsAsked(String command, String message) {
    assertThat(run(command.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void oneRunThatIsRefusedDoesNotKeepTheOthersFromBeingStopped() {
    assertThat(run("stop", "a", "gone", "b", "-o", "name")).isEqualTo(2);

    assertThat(lines()).containsExactly("a", "b");
    assertThat(err.toString()).contains("there is no run runs/gone").doesNotContain("\tat ");
    assertThat(controller.runs.values())
        .extracting(TrainingRun::getState)
        .containsOnly(RunState.RUN_STATE_STOPPING);
  }

  @Test
  void severalRunsAreDeletedAtOnce() {
    assertThat(run("delete", "a", "b")).isZero();

    assertThat(controller.runs).isEmpty();
    assertThat(lines()).containsExactly("deleted a", "deleted b");
  }

  @ParameterizedTest
  @CsvSource({"yaml", "json"})
  void aRunThatWasPrintedCanBeCreatedAgain(String form, @TempDir Path folder) throws Exception {
    assertThat(run("get", "b", "-o", form)).isZero();
    Path file = Files.writeString(folder.resolve("b"), out.toString());

    assertThat(run("create", "-f", file.toString())).isZero();

    assertThat(controller.created)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getTrainingRunId()).isEqualTo("b");
              TrainingRun asked = controller.runs.get("runs/b");
              assertThat(request.getTrainingRun().getSpec().getModel())
                  .isEqualTo(asked.getSpec().getModel());
              assertThat(request.getTrainingRun().getSpec().getSeed()).isEqualTo(1L << 60);
              assertThat(request.getTrainingRun().getPolicy()).isEqualTo(asked.getPolicy());
              assertThat(request.getTrainingRun().getLabelsMap()).isEqualTo(asked.getLabelsMap());
            });
  }

  @Test
  void optionsReplaceWhatAFileSays(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("two.yaml");
    assertThat(run("list", "-o", "yaml")).isZero();
    Files.writeString(file, out + "---\nspec:\n  epochs: 3\nshadowPolicies: [{never: {}}]\n");

    assertThat(
            run(
                ("create -f %s --epochs 9 --hidden 4,2 --label team=y --policy plateau --dry-run"
                        + " --shadow patience")
                    .formatted(file)
                    .split(" ")))
        .isZero();

    assertThat(controller.created)
        .extracting(CreateTrainingRunRequest::getTrainingRunId)
        .containsExactly("a", "b", "");
    assertThat(controller.created)
        .allSatisfy(
            request -> {
              TrainingRun run = request.getTrainingRun();
              assertThat(request.getValidateOnly()).isTrue();
              assertThat(run.getSpec().getEpochs()).isEqualTo(9);
              assertThat(run.getSpec().getModel().getHiddenWidthsList()).containsExactly(4, 2);
              assertThat(run.getLabelsMap()).containsEntry("team", "y");
              assertThat(run.getPolicy()).isEqualTo(PolicySyntax.parse("plateau"));
              assertThat(run.getShadowPoliciesList())
                  .containsExactly(PolicySyntax.parse("patience"));
            });
    assertThat(controller.created.get(1).getTrainingRun())
        .satisfies(
            run -> {
              assertThat(run.getSpec().getModel().getDropout()).isEqualTo(0.5);
              assertThat(run.getLabelsMap()).containsEntry("note", "1.0");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec: {epoch: 3}   | Cannot find field: epoch
          spec: {epochs: x}  | Not an int32 value
          spec: [            | is neither JSON nor YAML
          hello              | has no run: it must be as 'connectome runs get RUN -o yaml' prints one
                             | has no run
          """)
  void aFileThatIsNoRunIsNamedWithWhatIsWrong(String text, String message, @TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("run.yaml"), text == null ? "" : text);

    assertThat(run("create", "-f", file.toString())).isEqualTo(2);

    assertThat(err.toString()).contains("run.yaml").contains(message);
    assertThat(controller.created).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(run("create", "-f", "/nowhere/run.yaml")).isEqualTo(2);

    assertThat(err.toString()).contains("cannot read /nowhere/run.yaml");
  }

  @Test
  void whileWatchingOnlyWhatChangesIsPrintedInColumnsThatStay() throws Exception {
    Thread watching = new Thread(() -> run("list", "--watch"));
    watching.start();
    try {
      await().until(() -> lines().size() >= 3);

      controller.change("runs/a", run -> run("a", 8, 0.2).build());

      await().until(() -> lines().size() >= 4);
    } finally {
      watching.interrupt();
      watching.join();
    }
    assertThat(lines().get(3)).isEqualTo("a     RUNNING      8      60     0.2000         -");
    assertThat(lines()).hasSize(4);
  }
}
