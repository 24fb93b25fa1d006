package dev.connectome.cli.runs;

import com.google.protobuf.FieldMask;
import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs update}. */
@Command(
    name = "update",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Changes the policies or the budget of a run, live or not.",
      "New policies judge what comes from now on. A live trainer learns of a new budget with its next",
      "heartbeat; if it has trained more epochs already, it ends with the one that it is in."
    })
final class UpdateCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = "What stops the run from now on; see 'runs create --help' for the forms.")
  private @Nullable String policy;

  @Option(
      names = "--shadow",
      paramLabel = "POLICY",
      description =
          "A policy that only records; may be repeated. Those given replace those that the run has.")
  private List<String> shadows = new ArrayList<>();

  @Option(names = "--no-shadows", description = "Take all shadow policies away.")
  private boolean noShadows;

  @Option(
      names = "--enforce",
      paramLabel = "ID",
      description =
          "Let the shadow policy with this id stop the run, and make the one that did a shadow.")
  private @Nullable String enforce;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "The budget: epochs to train at most, those behind the run included.")
  private @Nullable Integer epochs;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  UpdateCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    TrainingRun.Builder changed = TrainingRun.newBuilder().setName(RunNames.resource(run));
    FieldMask.Builder mask = FieldMask.newBuilder();
    if (enforce != null) {
      if (policy != null || noShadows || !shadows.isEmpty()) {
        throw CommandFailure.badInput(
            "--enforce exchanges two policies of the run: leave --policy, --shadow and --no-shadows out");
      }
      exchange(
          connection
              .calls()
              .getTrainingRun(
                  GetTrainingRunRequest.newBuilder().setName(changed.getName()).build()),
          enforce,
          changed);
      mask.addPaths("policy").addPaths("shadow_policies");
    }
    if (policy != null) {
      changed.setPolicy(PolicySyntax.parse(policy));
      mask.addPaths("policy");
    }
    if (noShadows && !shadows.isEmpty()) {
      throw CommandFailure.badInput("--no-shadows takes them away: leave --shadow out");
    }
    if (noShadows || !shadows.isEmpty()) {
      shadows.forEach(shadow -> changed.addShadowPolicies(PolicySyntax.parse(shadow)));
      mask.addPaths("shadow_policies");
    }
    if (epochs != null) {
      changed.getSpecBuilder().setEpochs(epochs);
      mask.addPaths("spec.epochs");
    }
    if (mask.getPathsCount() == 0) {
      throw CommandFailure.badInput(
          "nothing to change: give --policy, --shadow, --no-shadows, --enforce or --epochs");
    }
    TrainingRun updated =
        connection
            .calls()
            .updateTrainingRun(
                UpdateTrainingRunRequest.newBuilder()
                    .setTrainingRun(changed)
                    .setUpdateMask(mask)
                    .build());
    output.print(out, updated, () -> RunTables.run(updated));
    return 0;
  }

  /** Makes a shadow of the policy that is enforced and the other way round. */
  static void exchange(TrainingRun current, String id, TrainingRun.Builder changed) {
    boolean found = false;
    for (StoppingPolicy shadow : current.getShadowPoliciesList()) {
      if (shadow.getPolicyId().equals(id)) {
        found = true;
        changed.setPolicy(shadow);
        changed.addShadowPolicies(current.getPolicy());
      } else {
        changed.addShadowPolicies(shadow);
      }
    }
    if (!found) {
      throw CommandFailure.badInput(
          "--enforce is '%s': the run's shadow policies are %s"
              .formatted(
                  id,
                  current.getShadowPoliciesList().stream()
                      .map(StoppingPolicy::getPolicyId)
                      .toList()));
    }
  }
}
