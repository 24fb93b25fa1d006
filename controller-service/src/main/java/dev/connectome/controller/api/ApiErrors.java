package dev.connectome.controller.api;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.store.DatabaseFault;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The errors of the API: a status with exactly one {@code ErrorInfo} and, for invalid arguments, a
 * violation for each field.
 */
public final class ApiErrors {

  private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);
  private static final String DOMAIN = "connectome.dev";

  /**
   * An error travels in HTTP/2 headers, of which clients take 8 KiB: its message twice, once with
   * three bytes for each that is not ASCII, and its details in Base64.
   */
  private static final int MESSAGE_BYTES = 1_200;

  private static final int DETAIL_BYTES = 2_400;

  private ApiErrors() {}

  /** What is wrong with a field; together a sentence. */
  record Violation(String field, String problem) {}

  static StatusRuntimeException invalid(List<Violation> violations) {
    var details = BadRequest.newBuilder();
    int bytes = 0;
    for (Violation violation : violations) {
      var detail =
          BadRequest.FieldViolation.newBuilder()
              .setField(fitting(violation.field(), MESSAGE_BYTES / 4))
              .setDescription(fitting(violation.problem(), MESSAGE_BYTES))
              .build();
      bytes += detail.getSerializedSize();
      if (bytes > DETAIL_BYTES) {
        break;
      }
      details.addFieldViolations(detail);
    }
    return of(
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        violations.stream()
            .map(violation -> violation.field() + " " + violation.problem())
            .collect(Collectors.joining("; ")),
        Map.of(),
        List.of(Any.pack(details.build())));
  }

  /** INVALID_ARGUMENT for one field. */
  public static StatusRuntimeException invalid(String field, String problem) {
    return invalid(List.of(new Violation(field, problem)));
  }

  /** The error for whatever a call threw; what nobody expected is logged. */
  static StatusRuntimeException of(RuntimeException e) {
    if (e instanceof StatusRuntimeException status) {
      return status;
    }
    if (e instanceof RunException refused) {
      return of(
          code(refused.kind()),
          refused.kind().name(),
          refused.problem(),
          refused.details(),
          retry(refused.kind()));
    }
    Optional<DatabaseFault> fault = DatabaseFault.of(e);
    if (fault.isPresent()) {
      LOG.debug("call failed fault={}", fault.get(), e);
      return of(Code.UNAVAILABLE, "DATABASE_" + fault.get(), fault.get().problem());
    }
    LOG.error("call failed", e);
    return internal();
  }

  private static Code code(RunException.Kind kind) {
    return switch (kind) {
      case RUN_NOT_FOUND, RUN_DELETED, NO_LOG -> Code.NOT_FOUND;
      case RUN_EXISTS, REQUEST_ID_USED -> Code.ALREADY_EXISTS;
      case RUN_CHANGED -> Code.ABORTED;
      case WRONG_STATE,
          SUPERSEDED,
          ATTEMPT_UNKNOWN,
          OTHER_TRAINER,
          RUN_ENDED,
          RUN_TAKEN,
          NO_LAUNCHER ->
          Code.FAILED_PRECONDITION;
      case SHUTTING_DOWN, BROKER_AWAY, BUSY -> Code.UNAVAILABLE;
    };
  }

  /** After what time the same request may succeed; nothing where no waiting helps. */
  private static List<Any> retry(RunException.Kind kind) {
    int seconds =
        switch (kind) {
          case SHUTTING_DOWN, BROKER_AWAY, BUSY -> 1;
          case RUN_TAKEN -> 5;
          default -> 0;
        };
    return seconds == 0
        ? List.of()
        : List.of(
            Any.pack(
                RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder().setSeconds(seconds))
                    .build()));
  }

  /** INTERNAL. */
  public static StatusRuntimeException internal() {
    return of(Code.INTERNAL, "INTERNAL", "the controller failed to answer; its log has the reason");
  }

  /** Any error, with its reason for programs and its message for people. */
  public static StatusRuntimeException of(Code code, String reason, String message) {
    return of(code, reason, message, Map.of(), List.of());
  }

  /** The beginning of a text that takes at most so many bytes in a header. */
  private static String fitting(String text, int bytes) {
    int used = 0;
    for (int i = 0; i < text.length(); i++) {
      used += text.charAt(i) >= ' ' && text.charAt(i) <= '~' ? 1 : 9;
      if (used > bytes) {
        return Echo.cut(text, i) + " ...";
      }
    }
    return text;
  }

  private static StatusRuntimeException of(
      Code code, String reason, String message, Map<String, String> metadata, List<Any> details) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(fitting(message, MESSAGE_BYTES))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain(DOMAIN)
                        .putAllMetadata(metadata)
                        .build()))
            .addAllDetails(details)
            .build());
  }
}
