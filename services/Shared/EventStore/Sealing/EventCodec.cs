using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Partnership.EventStore;

/// <summary>
/// Events to stored JSON and back. Names are PascalCase, as Marten reads them; a property that is not
/// <see cref="PlainAttribute"/> becomes <c>{"$sealed":"1.keyid.bytes"}</c>, also when it is null: that something is not
/// known describes a person too.
/// </summary>
internal static class EventCodec
{
    private const string SealedName = "$sealed";
    private const string Format = "1.";

    /// <summary>How values inside events are written: by name, never by position or number.</summary>
    public static JsonSerializerOptions Json { get; } = CreateOptions();

    private static readonly ConcurrentDictionary<Type, JsonPropertyInfo[]> Properties = new();

    public static bool IsPlain(JsonPropertyInfo property) => property.AttributeProvider?.IsDefined(typeof(PlainAttribute), inherit: true) == true;

    /// <summary>The stored JSON of an event.</summary>
    public static byte[] Encode(object data, Guid streamId, Guid eventId, DataKey key)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(output);
        ArrayBufferWriter<byte>? plain = null;
        AesGcm? cipher = null;
        try
        {
            writer.WriteStartObject();
            foreach (var property in PropertiesOf(data.GetType()))
            {
                writer.WritePropertyName(property.Name);
                var value = property.Get!(data);
                if (IsPlain(property))
                {
                    JsonSerializer.Serialize(writer, value, property.PropertyType, Json);
                    continue;
                }

                plain ??= new(256);
                plain.ResetWrittenCount();
                using (var inner = new Utf8JsonWriter(plain))
                    JsonSerializer.Serialize(inner, value, property.PropertyType, Json);
                cipher ??= key.OpenCipher();
                WriteSealed(writer, cipher, key.Id, plain.WrittenSpan, DataKey.PlaceOf(streamId, eventId, property.Name));
            }

            writer.WriteEndObject();
            writer.Flush();
            return output.WrittenSpan.ToArray();
        }
        finally
        {
            cipher?.Dispose();
        }
    }

    /// <summary>Ids of the keys that stored JSON is sealed under; usually one.</summary>
    public static void CollectKeys(JsonElement stored, HashSet<Guid> ids)
    {
        foreach (var property in stored.EnumerateObject())
        {
            if (SealedText(property.Value) is { } text)
                ids.Add(KeyIdOf(text));
        }
    }

    /// <summary>The event behind stored JSON, and whether any of it is erased (its key destroyed: a null in <paramref name="keys"/>).</summary>
    /// <exception cref="SealedValueException">A value has been changed or moved, or stands in the clear where it must not.</exception>
    /// <exception cref="JsonException">Not JSON of this type.</exception>
    public static (object Data, bool Erased) Decode(
        Type type, JsonElement stored, Guid streamId, Guid eventId, IReadOnlyDictionary<Guid, DataKey?> keys)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(output);
        var erased = false;
        writer.WriteStartObject();
        foreach (var property in PropertiesOf(type))
        {
            // A field added later: old events have none.
            if (!stored.TryGetProperty(property.Name, out var value))
                continue;
            writer.WritePropertyName(property.Name);
            if (SealedText(value) is not { } text)
            {
                if (!IsPlain(property))
                    throw new SealedValueException("A value that must be sealed stands in the clear.");
                value.WriteTo(writer);
            }
            else if (KeyIn(keys, KeyIdOf(text)) is { } key)
            {
                using var cipher = key.OpenCipher();
                var plain = DataKey.Open(cipher, BytesOf(text), DataKey.PlaceOf(streamId, eventId, property.Name));
                writer.WriteRawValue(plain);
            }
            else
            {
                erased = true;
                WriteNothing(writer, property.PropertyType);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        var data = JsonSerializer.Deserialize(output.WrittenSpan, type, Json) ?? throw new JsonException("An event cannot be null.");
        return (data, erased);
    }

    /// <summary>The key; null when it has been destroyed.</summary>
    /// <exception cref="SealedValueException">There never was such a key, or it is damaged.</exception>
    public static DataKey? KeyIn(IReadOnlyDictionary<Guid, DataKey?> keys, Guid id) =>
        keys.TryGetValue(id, out var key)
            ? key
            : throw new SealedValueException("A value is sealed under a key that this key database has never had, or has damaged.");

    /// <summary>A sealed view body: nonce, cipher text and tag; the id of its key stands beside it.</summary>
    public static byte[] EncodeView(string view, Guid id, ReadOnlySpan<byte> body, DataKey key)
    {
        var stored = new byte[body.Length + DataKey.Overhead];
        using var cipher = key.OpenCipher();
        DataKey.Seal(cipher, body, DataKey.PlaceOf(view, id), stored);
        return stored;
    }

    public static byte[] DecodeView(string view, Guid id, byte[] stored, DataKey key)
    {
        using var cipher = key.OpenCipher();
        return DataKey.Open(cipher, stored, DataKey.PlaceOf(view, id));
    }

    private static JsonPropertyInfo[] PropertiesOf(Type type) => Properties.GetOrAdd(
        // Computed properties are not part of the event: nothing could take their value back.
        type, static type => [.. Json.GetTypeInfo(type).Properties.Where(
            property => property.Get is not null && (property.Set is not null || property.AssociatedParameter is not null))]);

    private static void WriteSealed(Utf8JsonWriter writer, AesGcm cipher, Guid keyId, ReadOnlySpan<byte> plain, byte[] place)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(plain.Length + DataKey.Overhead);
        var text = ArrayPool<byte>.Shared.Rent(Base64Url.GetEncodedLength(plain.Length + DataKey.Overhead) + 40);
        try
        {
            var sealedValue = bytes.AsSpan(0, plain.Length + DataKey.Overhead);
            DataKey.Seal(cipher, plain, place, sealedValue);
            var length = Encoding.UTF8.GetBytes(Format, text);
            keyId.TryFormat(text.AsSpan(length), out var written, "N");
            length += written;
            text[length++] = (byte)'.';
            Base64Url.EncodeToUtf8(sealedValue, text.AsSpan(length), out _, out written);
            length += written;
            writer.WriteStartObject();
            writer.WriteString(SealedName, text.AsSpan(0, length));
            writer.WriteEndObject();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static string? SealedText(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(SealedName, out var text))
            return null;
        return text.ValueKind == JsonValueKind.String && value.GetPropertyCount() == 1
            ? text.GetString()
            : throw new SealedValueException("A sealed value has an unknown form.");
    }

    private static Guid KeyIdOf(string text) =>
        text.Length > 35 && text.StartsWith(Format, StringComparison.Ordinal) && text[34] == '.'
            && Guid.TryParseExact(text.AsSpan(2, 32), "N", out var id)
            ? id
            : throw new SealedValueException("A sealed value has an unknown form.");

    private static byte[] BytesOf(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text.AsSpan(35));
        }
        catch (FormatException)
        {
            throw new SealedValueException("A sealed value has an unknown form.");
        }
    }

    private static void WriteNothing(Utf8JsonWriter writer, Type type)
    {
        if (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null)
            writer.WriteNullValue();
        else if (type.IsEnum)
            // By number: nought need not have a name.
            writer.WriteNumberValue(0);
        else
            JsonSerializer.Serialize(writer, System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type), type, Json);
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            // An erased value reads as null whatever the type says; see LoadedStream.Erased.
            RespectNullableAnnotations = false,
            RespectRequiredConstructorParameters = false,
            Converters = { new JsonStringEnumConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
