using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Microsoft.DurableTask
{
    /// <summary>How inputs, outputs and event payloads become text.</summary>
    public abstract class DataConverter
    {
        [return: NotNullIfNotNull(nameof(value))]
        public abstract string? Serialize(object? value);

        [return: NotNullIfNotNull(nameof(data))]
        public abstract object? Deserialize(string? data, Type targetType);

        [return: NotNullIfNotNull(nameof(data))]
        public virtual T? Deserialize<T>(string? data) => data is null ? default : (T?)Deserialize(data, typeof(T));
    }
}

namespace Microsoft.DurableTask.Converters
{
    /// <summary>JSON by System.Text.Json, fields included.</summary>
    public class JsonDataConverter : DataConverter
    {
        private readonly JsonSerializerOptions _options;

        public JsonDataConverter(JsonSerializerOptions? options = null) => _options = options ?? new JsonSerializerOptions { IncludeFields = true };

        public static JsonDataConverter Default { get; } = new();

        public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, _options);

        public override object? Deserialize(string? data, Type targetType) =>
            data is null ? null : JsonSerializer.Deserialize(data, targetType, _options);
    }
}
