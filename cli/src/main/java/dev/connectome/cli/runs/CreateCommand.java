package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
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
    description = {
      "Submits a run, or the runs in a file.",
      "What options say replaces what the file says."
    })
final class CreateCommand extends ControllerCommand {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "A run, or several, in YAML or JSON, as 'runs get -o yaml' prints them; - stands for"
              + " standard input.")
  private @Nullable String file;

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

  @Option(
      names = "--dry-run",
      description =
          "Let the controller check everything, show what it would create, and stop there.")
  private boolean dryRun;

  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private KubernetesOptions kubernetes;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) throws InterruptedException {
    if (wait && dryRun) {
      throw CommandFailure.badInput("--wait follows a run, and --dry-run creates none");
    }
    List<TrainingRun> asked =
        file == null ? List.of(TrainingRun.getDefaultInstance()) : RunFile.read(file);
    if (asked.size() > 1 && (wait || !name.isEmpty())) {
      throw CommandFailure.badInput(
          "%s is for one run, and %s has %d"
              .formatted(wait ? "--wait" : "--name", file, asked.size()));
    }
    TrainingRun options = options();
    Each<TrainingRun> created = Each.of(asked, run -> create(client, run, options));
    output.print(out, created.done(), asked.size() == 1);
    created.requireAll();
    return wait ? follow(client, created.done().get(0).getName(), out) : 0;
  }

  private TrainingRun options() {
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .putAllLabels(labels)
            .setSpec(training.spec())
            .setKubernetes(kubernetes.spec());
    if (launcher != null) {
      run.setLauncherValue(EnumNames.parse("--launcher", LauncherKind.getDescriptor(), launcher));
    }
    return run.build();
  }

  private TrainingRun create(ConnectomeClient client, TrainingRun asked, TrainingRun options) {
    TrainingRun.Builder run = asked.toBuilder();
    RunFile.replace(run, options);
    policies.applyTo(run);
    return client.create(
        CreateTrainingRunRequest.newBuilder()
            .setTrainingRunId(name.isEmpty() ? RunNames.id(asked) : name)
            .setTrainingRun(run)
            .setValidateOnly(dryRun)
            .build());
  }
}
