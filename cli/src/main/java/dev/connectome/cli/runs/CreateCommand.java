package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
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
      description = "Lower-case letters, digits and hyphens. Default: the controller chooses one")
  private String name;

  @Mixin private SpecOptions training;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of your choice; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--launcher",
      paramLabel = "LAUNCHER",
      description =
          "Who starts the trainer. local: the controller, as a process on its machine; kubernetes:"
              + " the controller, as a Job; external: you. Default: set by the operator")
  private @Nullable String launcher;

  @Mixin private PolicyOptions policies;

  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private KubernetesOptions kubernetes;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) throws InterruptedException {
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .putAllLabels(labels)
            .setSpec(training.spec())
            .setKubernetes(kubernetes.spec());
    if (launcher != null) {
      run.setLauncherValue(EnumNames.parse("--launcher", LauncherKind.getDescriptor(), launcher));
    }
    policies.applyTo(run);
    TrainingRun created = client.create(name, run.build());
    output.print(out, created, () -> RunTables.run(created));
    return wait ? follow(client, created.getName(), out) : 0;
  }
}
