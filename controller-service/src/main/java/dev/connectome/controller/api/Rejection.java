package dev.connectome.controller.api;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.DatabaseFault;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Errors as the API tells them: a status with one {@code ErrorInfo} and, for bad arguments, a
 * violation a field.
 */
public final class Rejection {

  private static final String DOMAIN = "connectome.dev";

  private Rejection() {}

  /**
   * That a field is wrong.
   *
   * @param field its path
   * @param problem what is wrong and what would be right
   */
  record Violation(String field, String problem) {}

  static StatusRuntimeException invalid(List<Violation> violations) {
    var details = BadRequest.newBuilder();
    violations.forEach(
        violation ->
            details.addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(violation.field())
                    .setDescription(violation.problem())));
    return of(
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        violations.stream()
            .map(violation -> violation.field() + " " + violation.problem())
            .collect(Collectors.joining("; ")),
        List.of(Any.pack(details.build())));
  }

  /**
   * That a field is wrong.
   *
   * @param field its path
   * @param problem what is wrong and what would be right
   * @return INVALID_ARGUMENT
   */
  public static StatusRuntimeException invalid(String field, String problem) {
    return invalid(List.of(new Violation(field, problem)));
  }

  static StatusRuntimeException of(RunException e) {
    Code code =
        switch (e.kind()) {
          case RUN_NOT_FOUND, NO_LOG -> Code.NOT_FOUND;
          case RUN_EXISTS -> Code.ALREADY_EXISTS;
          case WRONG_STATE, TRAINER_SUPERSEDED, NO_LAUNCHER -> Code.FAILED_PRECONDITION;
          case SHUTTING_DOWN -> Code.UNAVAILABLE;
        };
    return of(code, e.kind().name(), e.problem(), List.of());
  }

  static StatusRuntimeException unavailable(DatabaseFault fault) {
    return of(Code.UNAVAILABLE, "DATABASE_" + fault, fault.problem(), List.of());
  }

  /**
   * That the controller is at fault.
   *
   * @return INTERNAL
   */
  public static StatusRuntimeException internal() {
    return of(Code.INTERNAL, "INTERNAL", "the controller failed; its log says why", List.of());
  }

  /**
   * A refusal.
   *
   * @param code its code
   * @param reason why, for programs
   * @param message the same for people
   * @return the error
   */
  public static StatusRuntimeException of(Code code, String reason, String message) {
    return of(code, reason, message, List.of());
  }

  private static StatusRuntimeException of(
      Code code, String reason, String message, List<Any> details) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).build()))
            .addAllDetails(details)
            .build());
  }
}
