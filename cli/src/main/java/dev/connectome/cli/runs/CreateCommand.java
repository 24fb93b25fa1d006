package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Submits a run.")
final class CreateCommand extends ControllerCommand {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Lower-case letters, digits and hyphens. Default: the controller makes one")
  private String name;

  @Mixin private SpecOptions specification;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A free label; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--launcher",
      paramLabel = "WHO",
      description =
          "local: the controller starts the trainer on its machine; kubernetes: as a Job; external:"
              + " someone else does. Default: the operator's choice")
  private @Nullable LauncherName launcher;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = {
        "What stops the run. Default: diminishing, on the training loss. Forms:",
        "diminishing:window=8,confirm=3",
        "diminishing:monitor=connectomeDistance,smoothing=0.3,min-relative-drop=0.2,confirm=1",
        "patience:monitor=validationLoss,patience=5,mode=min,restore-best",
        "plateau:fraction=0.2",
        "never",
        "any(diminishing; patience:monitor=validationLoss): as soon as one says stop",
        "all(diminishing; plateau): once every one has said stop"
      })
  private @Nullable String policy;

  @Option(
      names = "--shadow",
      paramLabel = "POLICY",
      description = "A policy that only records what it would have done; may be repeated.")
  private List<String> shadows = new ArrayList<>();

  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private KubernetesOptions kubernetes;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  CreateCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) throws InterruptedException {
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .putAllLabels(labels)
            .setSpec(specification.spec())
            .setKubernetes(kubernetes.spec())
            .setLauncher(
                launcher == null
                    ? LauncherKind.LAUNCHER_KIND_UNSPECIFIED
                    : LauncherKind.valueOf("LAUNCHER_KIND_" + launcher));
    if (policy != null) {
      run.setPolicy(PolicySyntax.parse(policy));
    }
    shadows.forEach(shadow -> run.addShadowPolicies(PolicySyntax.parse(shadow)));
    TrainingRun created =
        connection
            .calls()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRun(run)
                    .setTrainingRunId(name)
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
    output.print(out, created, () -> RunTables.run(created));
    return wait ? follow(connection, created.getName(), out) : 0;
  }

  /** Launchers as people write them. */
  enum LauncherName {
    LOCAL,
    KUBERNETES,
    EXTERNAL
  }
}
