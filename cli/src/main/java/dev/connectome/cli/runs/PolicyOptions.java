package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.policy.PolicySyntax;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that set the policies of a run. */
final class PolicyOptions {
  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = {
        "What stops the run. By default a new run is stopped once inputs that the network sees as"
            + " close get the same class as often as they will, its connectome and its predictions"
            + " have settled and its training loss has fallen; an external run is only watched."
            + " Examples:",
        "diminishing:window=8,confirm=3",
        "diminishing:monitor=connectomeDistance,smoothing=0.3,min-relative-drop=0.2,confirm=1",
        "slowing:min-fall=0.5",
        "flat:monitor=neighbourDisagreement,window=12,min-fall=0.04,significance=6",
        "diminishing:monitor=neighbourDisagreement,smoothing=0.5,window=4,min-relative-drop=0.05",
        "patience:monitor=validationLoss,patience=5,mode=min,restore-best",
        "plateau:fraction=0.2",
        "never",
        "default: the policy of a new run",
        "any(diminishing; patience:monitor=validationLoss): as soon as one of them decides",
        "all(diminishing; plateau): once all of them agree"
      })
  private @Nullable String policy;

  @Option(
      names = "--shadow",
      paramLabel = "POLICY",
      description =
          "A policy that only records what it would have done; may be repeated. An update replaces"
              + " all shadow policies of the run.")
  private List<String> shadows = new ArrayList<>();

  boolean hasPolicy() {
    return policy != null;
  }

  boolean hasShadows() {
    return !shadows.isEmpty();
  }

  /** Sets the policies that were given and leaves the others as they are. */
  void applyTo(TrainingRun.Builder run) {
    if (policy != null) {
      run.setPolicy(parse(policy));
    }
    if (hasShadows()) {
      List<StoppingPolicy> parsed = shadows.stream().map(PolicyOptions::parse).toList();
      run.clearShadowPolicies().addAllShadowPolicies(parsed);
    }
  }

  /**
   * Parses a policy.
   *
   * @throws CommandFailure that names the offending part and what is possible instead
   */
  static StoppingPolicy parse(String text) {
    try {
      return PolicySyntax.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(String.valueOf(e.getMessage()));
    }
  }
}
