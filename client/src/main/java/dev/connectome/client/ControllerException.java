package dev.connectome.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The controller refused a call, failed, or could not be reached. The message says for people what
 * happened and, where there is one, the remedy.
 */
public final class ControllerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Set<Status.Code> BAD_REQUEST =
      Set.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.ALREADY_EXISTS,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.NOT_FOUND);
  private static final Set<Status.Code> TRANSIENT =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

  private final Status.Code code;
  private final String reason;
  private final List<FieldViolation> violations;

  /**
   * A field of the request that the controller refused.
   *
   * @param field its path, for instance {@code training_run.spec.epochs}
   * @param description what is wrong with it, and what would be right
   */
  public record FieldViolation(String field, String description) implements Serializable {}

  /** Translates what a gRPC call threw, which becomes the cause. */
  ControllerException(StatusRuntimeException failure) {
    this(failure, details(failure));
  }

  private ControllerException(StatusRuntimeException failure, List<Any> details) {
    this(
        failure,
        detail(details, ErrorInfo.class).map(ErrorInfo::getReason).orElse(""),
        detail(details, BadRequest.class).stream()
            .flatMap(request -> request.getFieldViolationsList().stream())
            .map(each -> new FieldViolation(each.getField(), each.getDescription()))
            .toList());
  }

  private ControllerException(
      StatusRuntimeException failure, String reason, List<FieldViolation> violations) {
    super(message(failure.getStatus(), reason, violations), failure);
    this.code = failure.getStatus().getCode();
    this.reason = reason;
    this.violations = violations;
  }

  /** The gRPC status code, never {@code OK}. */
  public Status.Code code() {
    return code;
  }

  /**
   * Why, for programs: the reason of the answer's {@code google.rpc.ErrorInfo}, for instance {@code
   * RUN_NOT_FOUND}. Empty if the controller did not answer.
   */
  public String reason() {
    return reason;
  }

  /** The fields of the request that are wrong; empty unless the code is INVALID_ARGUMENT. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /**
   * Whether the request itself is wrong, so that repeating it does not help: INVALID_ARGUMENT,
   * ALREADY_EXISTS, FAILED_PRECONDITION or NOT_FOUND.
   */
  public boolean isBadRequest() {
    return BAD_REQUEST.contains(code);
  }

  /**
   * Whether the same call may succeed later: UNAVAILABLE or DEADLINE_EXCEEDED. A call that changes
   * something may nevertheless have been carried out.
   */
  public boolean isTransient() {
    return TRANSIENT.contains(code);
  }

  private static String message(Status status, String reason, List<FieldViolation> violations) {
    if (!violations.isEmpty()) {
      return violations.stream()
          .map(violation -> "\n  " + violation.field() + ": " + violation.description())
          .collect(Collectors.joining("", "the controller refused the request:", ""));
    }
    String description = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          reason.isEmpty()
              ? "the controller cannot be reached (%s): is it running?".formatted(description)
              : "the controller is unavailable: " + description;
      case DEADLINE_EXCEEDED -> "the controller did not answer in time";
      case UNIMPLEMENTED ->
          description.startsWith("HTTP status code")
              ? "what answers there does not speak gRPC: is it the controller's HTTP port? give its gRPC address, which 'connectome up' prints beside it"
              : "the controller does not know this call: is it of another version than this client?";
      default ->
          description.isEmpty() ? "the controller answered " + status.getCode() : description;
    };
  }

  private static List<Any> details(StatusRuntimeException failure) {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    return details == null ? List.of() : details.getDetailsList();
  }

  /** A detail that cannot be parsed is as good as none. */
  private static <T extends Message> Optional<T> detail(List<Any> details, Class<T> type) {
    for (Any detail : details) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
