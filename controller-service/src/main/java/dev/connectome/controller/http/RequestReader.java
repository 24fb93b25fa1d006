package dev.connectome.controller.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.api.ApiErrors;
import io.vertx.core.MultiMap;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds the request message of a call from the path, the query and the body. */
final class RequestReader {

  private static final String MASK = "update_mask";

  private final HttpBinding binding;

  RequestReader(HttpBinding binding) {
    this.binding = binding;
  }

  /**
   * Builds the message; the body may be empty.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT, which names the field
   */
  DynamicMessage read(Map<String, String> path, MultiMap query, String body) {
    var message = DynamicMessage.newBuilder(binding.method().getInputType());
    if (binding.hasBody() && !body.isBlank()) {
      readBody(message, path, body);
    } else if (binding.bodyField().isPresent()) {
      throw ApiErrors.invalid(
          binding.bodyField().get().getName(), "must be the body; {} has all defaults");
    }
    for (String name : query.names()) {
      if (path.containsKey(name) || binding.wholeBody() || isBody(name)) {
        throw ApiErrors.invalid(name, "is not a query parameter of this method");
      }
      QueryFields.set(message, name, query.getAll(name));
    }
    path.forEach((name, value) -> QueryFields.set(message, name, List.of(value)));
    return message.build();
  }

  /** The message with the values of its part that came unencoded. */
  DynamicMessage withRawPart(DynamicMessage message, ByteString bytes) {
    List<FieldDescriptor> path = binding.rawPart().orElseThrow();
    Message.Builder part = ((Message) message.getField(path.get(0))).toBuilder();
    return message.toBuilder()
        .setField(path.get(0), part.setField(path.get(1), bytes).build())
        .build();
  }

  private boolean isBody(String name) {
    return binding
        .bodyField()
        .filter(
            field ->
                List.of(field.getName(), field.getJsonName()).contains(name.split("\\.", 2)[0]))
        .isPresent();
  }

  private void readBody(DynamicMessage.Builder message, Map<String, String> path, String body) {
    Optional<FieldDescriptor> field = binding.bodyField();
    if (field.isEmpty()) {
      merge("body", body, message);
      return;
    }
    Message.Builder part = message.newBuilderForField(field.get());
    merge(field.get().getName(), body, part);
    message.setField(field.get(), part.build());
    FieldDescriptor mask = message.getDescriptorForType().findFieldByName(MASK);
    if (mask != null && binding.verb().equals("PATCH")) {
      setMask(message, mask, field.get(), path, body);
    }
  }

  /**
   * The update mask defaults to the fields in the body, of maps the keys. The query may override
   * it.
   */
  private static void setMask(
      DynamicMessage.Builder message,
      FieldDescriptor mask,
      FieldDescriptor field,
      Map<String, String> path,
      String body) {
    var paths = FieldMask.newBuilder();
    JsonObject fields = object(field.getName(), body);
    for (String name : fields.fieldNames()) {
      QueryFields.find(field.getMessageType(), name)
          .filter(found -> !path.containsKey(field.getName() + "." + found.getName()))
          .ifPresent(found -> paths.addAllPaths(paths(found, fields.getValue(name))));
    }
    Message.Builder value = message.newBuilderForField(mask);
    FieldDescriptor list = mask.getMessageType().findFieldByName("paths");
    paths.getPathsList().forEach(one -> value.addRepeatedField(list, one));
    message.setField(mask, value.build());
  }

  private static List<String> paths(FieldDescriptor field, @Nullable Object value) {
    return field.isMapField() && value instanceof JsonObject entries && !entries.isEmpty()
        ? entries.fieldNames().stream().map(key -> field.getName() + "." + key).toList()
        : List.of(field.getName());
  }

  private static JsonObject object(String field, String body) {
    try {
      return new JsonObject(body);
    } catch (DecodeException e) {
      throw ApiErrors.invalid(field, "must be a JSON object");
    }
  }

  private static void merge(String field, String json, Message.Builder message) {
    try {
      JsonFormat.parser().merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      String problem = Objects.requireNonNullElse(e.getMessage(), "not valid");
      throw ApiErrors.invalid(
          field,
          "must be a JSON object of the form of %s: %s"
              .formatted(
                  message.getDescriptorForType().getFullName(),
                  problem.replaceFirst("^[\\w.$]+Exception: ", "").lines().findFirst().orElse("")));
    }
  }
}
