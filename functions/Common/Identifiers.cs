using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Common;


/// <summary>One attempt to connect a drive; also the id of its orchestration.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<ConnectionId>))]
public readonly record struct ConnectionId : IIdentifier<ConnectionId>
{
    private readonly string? _value;

    private ConnectionId(string value) => _value = value;

    public static string Prefix => "con_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static ConnectionId Of(string value) => new(value);

    public static ConnectionId New(TimeProvider clock) => Identifier.New<ConnectionId>(clock);

    public static ConnectionId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with con_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ConnectionId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A drive.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<DriveId>))]
public readonly record struct DriveId : IIdentifier<DriveId>
{
    private readonly string? _value;

    private DriveId(string value) => _value = value;

    public static string Prefix => "drv_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static DriveId Of(string value) => new(value);

    public static DriveId New(TimeProvider clock) => Identifier.New<DriveId>(clock);

    public static DriveId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with drv_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DriveId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A customer's IAM role that we assume.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<RoleId>))]
public readonly record struct RoleId : IIdentifier<RoleId>
{
    private readonly string? _value;

    private RoleId(string value) => _value = value;

    public static string Prefix => "rol_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static RoleId Of(string value) => new(value);

    public static RoleId New(TimeProvider clock) => Identifier.New<RoleId>(clock);

    public static RoleId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with rol_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RoleId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A reference to one file on a drive.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<FileId>))]
public readonly record struct FileId : IIdentifier<FileId>
{
    private readonly string? _value;

    private FileId(string value) => _value = value;

    public static string Prefix => "fil_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static FileId Of(string value) => new(value);

    public static FileId New(TimeProvider clock) => Identifier.New<FileId>(clock);

    public static FileId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with fil_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out FileId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>An upstream or downstream integration.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<IntegrationId>))]
public readonly record struct IntegrationId : IIdentifier<IntegrationId>
{
    private readonly string? _value;

    private IntegrationId(string value) => _value = value;

    public static string Prefix => "int_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static IntegrationId Of(string value) => new(value);

    public static IntegrationId New(TimeProvider clock) => Identifier.New<IntegrationId>(clock);

    public static IntegrationId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with int_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IntegrationId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>One verification and its report.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<VerificationId>))]
public readonly record struct VerificationId : IIdentifier<VerificationId>
{
    private readonly string? _value;

    private VerificationId(string value) => _value = value;

    public static string Prefix => "ver_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static VerificationId Of(string value) => new(value);

    public static VerificationId New(TimeProvider clock) => Identifier.New<VerificationId>(clock);

    public static VerificationId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with ver_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VerificationId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A webhook that events are sent to.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<WebhookId>))]
public readonly record struct WebhookId : IIdentifier<WebhookId>
{
    private readonly string? _value;

    private WebhookId(string value) => _value = value;

    public static string Prefix => "whk_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static WebhookId Of(string value) => new(value);

    public static WebhookId New(TimeProvider clock) => Identifier.New<WebhookId>(clock);

    public static WebhookId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with whk_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out WebhookId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>One event on its way to one webhook.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<DeliveryId>))]
public readonly record struct DeliveryId : IIdentifier<DeliveryId>
{
    private readonly string? _value;

    private DeliveryId(string value) => _value = value;

    public static string Prefix => "dlv_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static DeliveryId Of(string value) => new(value);

    public static DeliveryId New(TimeProvider clock) => Identifier.New<DeliveryId>(clock);

    public static DeliveryId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with dlv_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DeliveryId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A presigned upload that is under way.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<UploadId>))]
public readonly record struct UploadId : IIdentifier<UploadId>
{
    private readonly string? _value;

    private UploadId(string value) => _value = value;

    public static string Prefix => "upl_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static UploadId Of(string value) => new(value);

    public static UploadId New(TimeProvider clock) => Identifier.New<UploadId>(clock);

    public static UploadId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with upl_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UploadId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A link to one file for somebody without an account.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<ShareId>))]
public readonly record struct ShareId : IIdentifier<ShareId>
{
    private readonly string? _value;

    private ShareId(string value) => _value = value;

    public static string Prefix => "shr_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static ShareId Of(string value) => new(value);

    public static ShareId New(TimeProvider clock) => Identifier.New<ShareId>(clock);

    public static ShareId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with shr_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ShareId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>A workspace of an organization.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<WorkspaceId>))]
public readonly record struct WorkspaceId : IIdentifier<WorkspaceId>
{
    private readonly string? _value;

    private WorkspaceId(string value) => _value = value;

    public static string Prefix => "ws_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static WorkspaceId Of(string value) => new(value);

    public static WorkspaceId New(TimeProvider clock) => Identifier.New<WorkspaceId>(clock);

    public static WorkspaceId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with ws_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out WorkspaceId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>An organization: the tenant.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<OrganizationId>))]
public readonly record struct OrganizationId : IIdentifier<OrganizationId>
{
    private readonly string? _value;

    private OrganizationId(string value) => _value = value;

    public static string Prefix => "org_";

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static OrganizationId Of(string value) => new(value);

    public static OrganizationId New(TimeProvider clock) => Identifier.New<OrganizationId>(clock);

    public static OrganizationId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id that starts with org_.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out OrganizationId result) =>
        Identifier.TryParse(s, out result);

    public override string ToString() => Value;
}

/// <summary>
/// A person, as the identity provider names them (<c>oid</c>, or <c>sub</c>): 1 to 128 printable characters without spaces.
/// </summary>
[JsonConverter(typeof(UserIdJsonConverter))]
public readonly record struct UserId : IParsable<UserId>
{
    private readonly string? _value;

    private UserId(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static UserId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a user id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserId result)
    {
        result = default;
        // '/', '\\', '#' and '?' can't stand in the key of a table row.
        if (s is not { Length: > 0 and <= 128 } || s.AsSpan().ContainsAnyExceptInRange('!', '~') || s.AsSpan().ContainsAny("/\\#?"))
            return false;
        result = new(s);
        return true;
    }

    public override string ToString() => Value;
}

/// <summary>User ids are plain strings in JSON.</summary>
public sealed class UserIdJsonConverter : JsonConverter<UserId>
{
    public override UserId Read(
        ref System.Text.Json.Utf8JsonReader reader,
        Type typeToConvert,
        System.Text.Json.JsonSerializerOptions options
    ) => UserId.TryParse(reader.GetString(), null, out var id) ? id : throw new System.Text.Json.JsonException("A user id was expected.");

    public override void Write(System.Text.Json.Utf8JsonWriter writer, UserId value, System.Text.Json.JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
