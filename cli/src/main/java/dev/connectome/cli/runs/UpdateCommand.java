package dev.connectome.cli.runs;

import com.google.protobuf.FieldMask;
import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs update}. */
@Command(
    name = "update",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Changes the policies or the budget of a run, live or not.",
      "New policies decide from the next epoch on. A live trainer gets a new budget with its next"
          + " heartbeat; if it has already trained more epochs, it ends after the current one."
    })
final class UpdateCommand extends RunCommand {
  @Mixin private PolicyOptions policies;

  @Option(names = "--no-shadows", description = "Remove all shadow policies.")
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
      description = "The budget: the most epochs to train, including those already trained.")
  private @Nullable Integer epochs;

  @Option(
      names = "--dry-run",
      description =
          "Let the controller check everything, show what it would change, and stop there.")
  private boolean dryRun;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    boolean replacesShadows = noShadows || policies.hasShadows();
    if (noShadows && policies.hasShadows()) {
      throw CommandFailure.badInput("--no-shadows removes all shadow policies: leave --shadow out");
    }
    if (enforce != null && (policies.hasPolicy() || replacesShadows)) {
      throw CommandFailure.badInput(
          "--enforce exchanges two policies of the run: leave --policy, --shadow and --no-shadows"
              + " out");
    }
    TrainingRun.Builder changed = TrainingRun.newBuilder().setName(RunNames.resource(run));
    FieldMask.Builder mask = FieldMask.newBuilder();
    policies.applyTo(changed);
    if (enforce != null) {
      exchange(client.get(run), enforce, changed);
    }
    if (policies.hasPolicy() || enforce != null) {
      mask.addPaths("policy");
    }
    if (replacesShadows || enforce != null) {
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
        client.update(
            UpdateTrainingRunRequest.newBuilder()
                .setTrainingRun(changed)
                .setUpdateMask(mask)
                .setValidateOnly(dryRun)
                .build());
    output.print(out, List.of(updated), true);
    return 0;
  }

  /** Makes the shadow policy with an id the enforced one, and the other way round. */
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
