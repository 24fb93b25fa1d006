package dev.connectome.identity.server;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.connectome.identity.Decision;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;

/** What is said to callers that are not let in. */
public final class Refusals {

  private static final String DOMAIN = "connectome.dev";

  private Refusals() {}

  /** Nobody knows who calls. */
  public static StatusRuntimeException unauthenticated() {
    return of(
        Code.UNAUTHENTICATED,
        "NO_VALID_TOKEN",
        "this call needs a token that is valid here: set CONNECTOME_TOKEN, or name the token's file",
        Map.of());
  }

  /**
   * The error for a decision.
   *
   * @throws IllegalArgumentException if the call is allowed
   */
  static StatusRuntimeException of(Decision decision) {
    if (decision instanceof Decision.Denied denied) {
      return denied(denied);
    }
    if (decision instanceof Decision.Unlisted) {
      return of(Code.PERMISSION_DENIED, "NOBODY_MAY", "nobody may make this call", Map.of());
    }
    if (decision instanceof Decision.Unknown) {
      return unauthenticated();
    }
    throw new IllegalArgumentException("the call is allowed");
  }

  /** The error for a principal whose role is not enough. */
  public static StatusRuntimeException denied(Decision.Denied denied) {
    String role = denied.principal().role().name();
    String needed = denied.need().least().name();
    return of(
        Code.PERMISSION_DENIED,
        "ROLE_TOO_LOW",
        "%s is %s, and this call needs %s".formatted(denied.principal().name(), role, needed),
        Map.of("role", role, "needed", needed));
  }

  private static StatusRuntimeException of(
      Code code, String reason, String message, Map<String, String> metadata) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain(DOMAIN)
                        .putAllMetadata(metadata)
                        .build()))
            .build());
  }
}
