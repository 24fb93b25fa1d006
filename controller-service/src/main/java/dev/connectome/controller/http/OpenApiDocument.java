package dev.connectome.controller.http;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.rpc.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The services as an OpenAPI 3.0 document. */
final class OpenApiDocument {

  private static final int SUMMARY_END = 120;

  private final List<HttpBinding> bindings;
  private final ContractComments comments;
  private final String version;
  private final OpenApiSchemas schemas;

  OpenApiDocument(List<HttpBinding> bindings, ContractComments comments, String version) {
    this.bindings = bindings;
    this.comments = comments;
    this.version = version;
    this.schemas = new OpenApiSchemas(comments);
  }

  String toJson() {
    var paths = new JsonObject();
    for (HttpBinding binding : bindings) {
      String path = binding.path().openApi();
      if (!paths.containsKey(path)) {
        paths.put(path, new JsonObject());
      }
      paths.getJsonObject(path).put(binding.verb().toLowerCase(Locale.ROOT), operation(binding));
    }
    return new JsonObject()
        .put("openapi", "3.0.3")
        .put(
            "info",
            new JsonObject()
                .put("title", "Connectome controller")
                .put("version", version)
                .put(
                    "description",
                    "The controller's gRPC services over HTTP. Errors are google.rpc.Status. Calls"
                        + " need a bearer token; events and changes record its principal. The"
                        + " header x-connectome-actor, 1 to 64 printable ASCII characters, is"
                        + " recorded beside it and is not authenticated."))
        .put("paths", paths)
        .put("components", new JsonObject().put("schemas", schemas.all()))
        .encodePrettily();
  }

  private JsonObject operation(HttpBinding binding) {
    MethodDescriptor method = binding.method();
    String comment = comments.of(method.getFullName());
    int sentence = comment.indexOf(". ");
    var operation =
        new JsonObject()
            .put("operationId", method.getName())
            .put("tags", new JsonArray().add(method.getService().getName()))
            .put(
                "summary",
                sentence > 0 && sentence < SUMMARY_END ? comment.substring(0, sentence) : comment)
            .put("description", comment)
            .put("parameters", parameters(binding))
            .put("responses", responses(binding));
    if (binding.hasBody()) {
      JsonObject content = content("application/json", body(binding));
      if (binding.rawPart().isPresent()) {
        content.mergeIn(
            content(
                RelatedParts.TYPE, new JsonObject().put("type", "string").put("format", "binary")));
      }
      operation.put("requestBody", new JsonObject().put("required", true).put("content", content));
    }
    return operation;
  }

  private JsonObject body(HttpBinding binding) {
    return binding
        .bodyField()
        .map(field -> schemas.reference(field.getMessageType()))
        .orElseGet(
            () ->
                schemas.inline(
                    binding.method().getInputType(), Set.copyOf(binding.path().variables())));
  }

  private JsonArray parameters(HttpBinding binding) {
    var parameters = new JsonArray();
    binding
        .path()
        .parameters()
        .forEach(
            name ->
                parameters.add(
                    new JsonObject()
                        .put("name", name)
                        .put("in", "path")
                        .put("required", true)
                        .put("schema", new JsonObject().put("type", "string"))));
    if (!binding.wholeBody()) {
      Set<String> elsewhere = new HashSet<>(binding.path().variables());
      elsewhere.add(binding.body());
      binding.method().getInputType().getFields().stream()
          .filter(field -> !elsewhere.contains(field.getName()))
          .forEach(field -> parameters.add(query(field)));
    }
    return parameters;
  }

  private JsonObject query(FieldDescriptor field) {
    var parameter =
        new JsonObject()
            .put("name", field.getJsonName())
            .put("in", "query")
            .put("description", comments.of(field.getFullName()))
            .put("schema", schemas.of(field));
    return field.isMapField()
        ? parameter.put("style", "deepObject").put("explode", true)
        : parameter;
  }

  private JsonObject responses(HttpBinding binding) {
    Descriptor answer = binding.method().getOutputType();
    JsonObject content;
    if (binding.rawField().isPresent()) {
      content = content("text/plain", new JsonObject().put("type", "string"));
    } else if (binding.method().isServerStreaming()) {
      content =
          content(StreamFormat.Lines.TYPE, schemas.reference(answer))
              .mergeIn(content(StreamFormat.Events.TYPE, schemas.reference(answer)));
    } else {
      content = content("application/json", schemas.reference(answer));
    }
    return new JsonObject()
        .put("200", response(comments.of(answer.getFullName()), content))
        .put(
            "default",
            response(
                "What went wrong",
                content("application/json", schemas.reference(Status.getDescriptor()))));
  }

  private static JsonObject response(String description, JsonObject content) {
    return new JsonObject()
        .put("description", description.isEmpty() ? "Done" : description)
        .put("content", content);
  }

  private static JsonObject content(String type, JsonObject schema) {
    return new JsonObject().put(type, new JsonObject().put("schema", schema));
  }
}
