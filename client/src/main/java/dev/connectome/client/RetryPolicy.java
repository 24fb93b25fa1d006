package dev.connectome.client;

import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Which calls gRPC repeats while the controller is unavailable, as a gRPC service config. */
final class RetryPolicy {
  /** They change nothing, or carry a request id with which a repetition changes nothing more. */
  private static final List<MethodDescriptor<?, ?>> REPEATABLE =
      List.of(
          TrainingRunServiceGrpc.getCreateTrainingRunMethod(),
          TrainingRunServiceGrpc.getUpdateTrainingRunMethod(),
          TrainingRunServiceGrpc.getStopTrainingRunMethod(),
          TrainingRunServiceGrpc.getBatchStopTrainingRunsMethod(),
          TrainingRunServiceGrpc.getResumeTrainingRunMethod(),
          TrainingRunServiceGrpc.getDeleteTrainingRunMethod(),
          TrainingRunServiceGrpc.getUpdateEnforcementMethod(),
          TrainingRunServiceGrpc.getGetTrainingRunMethod(),
          TrainingRunServiceGrpc.getListTrainingRunsMethod(),
          TrainingRunServiceGrpc.getListSignaturesMethod(),
          TrainingRunServiceGrpc.getListRunEventsMethod(),
          TrainingRunServiceGrpc.getReadRunLogMethod(),
          TrainingRunServiceGrpc.getReplayPolicyMethod(),
          TrainingRunServiceGrpc.getBatchReplayPolicyMethod(),
          TrainingRunServiceGrpc.getGetEnforcementMethod(),
          TrainingRunServiceGrpc.getListEnforcementChangesMethod());

  private RetryPolicy() {}

  static Map<String, ?> serviceConfig() {
    List<Map<String, String>> methods =
        REPEATABLE.stream()
            .map(
                method ->
                    Map.of(
                        "service", Objects.requireNonNull(method.getServiceName()),
                        "method", Objects.requireNonNull(method.getBareMethodName())))
            .toList();
    Map<String, ?> retries =
        Map.of(
            "maxAttempts",
            4.0,
            "initialBackoff",
            "0.2s",
            "maxBackoff",
            "2s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE"));
    return Map.of("methodConfig", List.of(Map.of("name", methods, "retryPolicy", retries)));
  }
}
