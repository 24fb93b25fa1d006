package dev.connectome.controller.http;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** OpenAPI schemas of the messages of the contracts, by the rules of protobuf's JSON mapping. */
final class OpenApiSchemas {

  private static final Map<String, JsonObject> WELL_KNOWN =
      Map.of(
          "google.protobuf.Timestamp", string("date-time"),
          "google.protobuf.Duration", string("duration-in-seconds").put("example", "1.5s"),
          "google.protobuf.FieldMask", string("field-mask").put("example", "labels,shadowPolicies"),
          "google.protobuf.Any",
              new JsonObject()
                  .put("type", "object")
                  .put(
                      "properties",
                      new JsonObject().put("@type", new JsonObject().put("type", "string")))
                  .put("additionalProperties", true));

  private final ContractComments comments;
  private final Map<String, JsonObject> schemas = new TreeMap<>();
  private final Deque<Descriptor> wanted = new ArrayDeque<>();

  OpenApiSchemas(ContractComments comments) {
    this.comments = comments;
  }

  /** A reference to the schema of a message, which {@link #all} then contains. */
  JsonObject reference(Descriptor message) {
    if (WELL_KNOWN.containsKey(message.getFullName())) {
      return WELL_KNOWN.get(message.getFullName()).copy();
    }
    if (!schemas.containsKey(message.getFullName())) {
      schemas.put(message.getFullName(), new JsonObject());
      wanted.add(message);
    }
    return new JsonObject().put("$ref", "#/components/schemas/" + message.getFullName());
  }

  /** An inline schema of a message without some of its fields. */
  JsonObject inline(Descriptor message, Set<String> without) {
    var properties = new JsonObject();
    message.getFields().stream()
        .filter(field -> !without.contains(field.getName()))
        .forEach(field -> properties.put(field.getJsonName(), described(field)));
    return new JsonObject()
        .put("type", "object")
        .put("description", comments.of(message.getFullName()))
        .put("properties", properties);
  }

  /** The schema of a field, without its description. */
  JsonObject of(FieldDescriptor field) {
    if (field.isMapField()) {
      return new JsonObject()
          .put("type", "object")
          .put("additionalProperties", one(field.getMessageType().findFieldByName("value")));
    }
    return field.isRepeated()
        ? new JsonObject().put("type", "array").put("items", one(field))
        : one(field);
  }

  /** All schemas that have been referred to, by full name. */
  JsonObject all() {
    while (!wanted.isEmpty()) {
      Descriptor message = wanted.remove();
      schemas.put(message.getFullName(), inline(message, Set.of()));
    }
    var all = new JsonObject();
    schemas.forEach(all::put);
    return all;
  }

  private JsonObject described(FieldDescriptor field) {
    JsonObject schema = of(field);
    // OpenAPI 3.0 ignores siblings of $ref.
    JsonObject described =
        schema.containsKey("$ref")
            ? new JsonObject().put("allOf", new JsonArray().add(schema))
            : schema;
    String comment = comments.of(field.getFullName());
    if (field.getOptions().getExtension(FieldBehaviorProto.fieldBehavior).stream()
        .anyMatch(FieldBehavior.OUTPUT_ONLY::equals)) {
      described.put("readOnly", true);
    }
    return described.put("description", comment);
  }

  private JsonObject one(FieldDescriptor field) {
    return switch (field.getType()) {
      case STRING -> new JsonObject().put("type", "string");
      case BYTES -> string("byte");
      case BOOL -> new JsonObject().put("type", "boolean");
      case DOUBLE -> new JsonObject().put("type", "number").put("format", "double");
      case FLOAT -> new JsonObject().put("type", "number").put("format", "float");
      case INT32, SINT32, SFIXED32, UINT32, FIXED32 ->
          new JsonObject().put("type", "integer").put("format", "int32");
      // Not every JSON parser keeps 64-bit numbers.
      case INT64, SINT64, SFIXED64 -> string("int64");
      case UINT64, FIXED64 -> string("uint64");
      case ENUM -> enumeration(field.getEnumType());
      case MESSAGE, GROUP -> reference(field.getMessageType());
    };
  }

  private static JsonObject enumeration(EnumDescriptor type) {
    var values = new JsonArray();
    type.getValues().stream().map(EnumValueDescriptor::getName).forEach(values::add);
    return new JsonObject().put("type", "string").put("enum", values);
  }

  private static JsonObject string(String format) {
    return new JsonObject().put("type", "string").put("format", format);
  }
}
