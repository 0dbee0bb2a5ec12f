using System.Collections;
using System.Globalization;
using DurableTask.Core;
using Google.Protobuf.WellKnownTypes;
using P = Microsoft.DurableTask.Protobuf;

namespace ServerlessDrives.Embedded.Durable.Conversion;

/// <summary>Failure details between DurableTask.Core and protobuf.</summary>
internal static class FailureConversion
{
    public static P.TaskFailureDetails? ToProto(this FailureDetails? failure)
    {
        if (failure is null)
            return null;
        var proto = new P.TaskFailureDetails
        {
            ErrorType = failure.ErrorType,
            ErrorMessage = failure.ErrorMessage,
            StackTrace = failure.StackTrace,
            InnerFailure = failure.InnerFailure.ToProto(),
            IsNonRetriable = failure.IsNonRetriable,
        };
        foreach (var (name, value) in failure.Properties ?? new Dictionary<string, object?>())
            proto.Properties.Add(name, ToValue(value));
        return proto;
    }

    public static FailureDetails? ToCore(this P.TaskFailureDetails? failure) => failure is null ? null : new FailureDetails(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure.ToCore(),
        failure.IsNonRetriable,
        failure.Properties.ToDictionary(property => property.Key, property => ToObject(property.Value)));

    private static Value ToValue(object? value) =>
        value switch
        {
            null => Value.ForNull(),
            string text => Value.ForString(text),
            bool flag => Value.ForBool(flag),
            int or long or float or double or decimal => Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            // The prefixes are the official converter's.
            DateTime time => Value.ForString($"dt:{time:O}"),
            DateTimeOffset time => Value.ForString($"dto:{time:O}"),
            IDictionary<string, object?> fields => Value.ForStruct(
                new Struct { Fields = { fields.ToDictionary(field => field.Key, field => ToValue(field.Value)) } }),
            IEnumerable list => Value.ForList([.. list.Cast<object?>().Select(ToValue)]),
            _ => Value.ForString(value.ToString() ?? string.Empty),
        };

    private static object? ToObject(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.NumberValue => value.NumberValue,
        Value.KindOneofCase.StringValue => ToText(value.StringValue),
        Value.KindOneofCase.BoolValue => value.BoolValue,
        Value.KindOneofCase.StructValue => value.StructValue.Fields.ToDictionary(field => field.Key, field => ToObject(field.Value)),
        Value.KindOneofCase.ListValue => value.ListValue.Values.Select(ToObject).ToList(),
        _ => null,
    };

    private static object ToText(string text)
    {
        if (text.StartsWith("dt:", StringComparison.Ordinal)
            && DateTime.TryParse(text.AsSpan(3), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            return time;
        if (text.StartsWith("dto:", StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text.AsSpan(4), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var withOffset))
            return withOffset;
        return text;
    }
}
