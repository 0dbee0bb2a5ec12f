using System.Text.Json;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>Reads the JSON policy language. Source: "Grammar of the IAM JSON policy language" in the IAM user guide.</summary>
internal static class PolicyParser
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static PolicyDocument Parse(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            throw new PolicySyntaxException(PolicyFault.NotJson, "Policies must be valid JSON and the first byte must be '{'");
        }

        using (document) return Read(document.RootElement);
    }

    private static PolicyDocument Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new PolicySyntaxException(PolicyFault.NotJson, "Policies must be valid JSON and the first byte must be '{'");
        foreach (var field in root.EnumerateObject())
            if (field.Name is not ("Version" or "Id" or "Statement")) throw Unknown(field.Name);

        var version = PolicyDocument.FormerVersion;
        if (root.TryGetProperty("Version", out var given))
        {
            version = given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
            if (version is not (PolicyDocument.CurrentVersion or PolicyDocument.FormerVersion))
                throw new PolicySyntaxException(PolicyFault.Version, "The policy must contain a valid version string");
        }

        if (!root.TryGetProperty("Statement", out var statements))
            throw new PolicySyntaxException(PolicyFault.NoStatement, "Missing required field Statement");
        var read = statements.ValueKind switch
        {
            JsonValueKind.Object => [ReadStatement(statements)],
            JsonValueKind.Array => statements.EnumerateArray().Select(ReadStatement).ToList(),
            _ => throw Invalid("Statement must be an object or a list"),
        };
        if (read.Count == 0) throw new PolicySyntaxException(PolicyFault.NoStatement, "Could not parse the policy: Statement is empty!");
        if (read.Where(s => s.Sid is not null).GroupBy(s => s.Sid).Any(g => g.Count() > 1))
            throw new PolicySyntaxException(PolicyFault.DuplicateSid, "Statement IDs (SID) in a single policy must be unique.");
        return new PolicyDocument(version, read);
    }

    private static Statement ReadStatement(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Invalid("Statement must be an object");
        var statement = new Statement { Allows = false };
        var effect = false;
        foreach (var field in element.EnumerateObject())
        {
            statement = field.Name switch
            {
                "Sid" => statement with { Sid = Text(field.Value) },
                "Effect" => statement with { Allows = Effect(field.Value, ref effect) },
                "Principal" => statement with { Principals = ReadPrincipals(field.Value) },
                "NotPrincipal" => statement with { NotPrincipals = ReadPrincipals(field.Value) },
                "Action" => statement with { Actions = Texts(field.Value) },
                "NotAction" => statement with { NotActions = Texts(field.Value) },
                "Resource" => statement with { Resources = Texts(field.Value) },
                "NotResource" => statement with { NotResources = Texts(field.Value) },
                "Condition" => statement with { Conditions = ReadConditions(field.Value) },
                _ => throw Unknown(field.Name),
            };
        }

        if (!effect)
            throw new PolicySyntaxException(PolicyFault.MissingField, "Missing required field Effect");
        if (statement.Actions is null && statement.NotActions is null)
            throw new PolicySyntaxException(PolicyFault.MissingField, "Missing required field Action");
        if (
            (statement.Actions is not null && statement.NotActions is not null)
            || (statement.Resources is not null && statement.NotResources is not null)
            || (statement.Principals is not null && statement.NotPrincipals is not null))
            throw Invalid("An element and its negation can't be in one statement");
        return statement;
    }

    private static bool Effect(JsonElement value, ref bool seen)
    {
        seen = true;
        return Text(value) switch
        {
            "Allow" => true,
            "Deny" => false,
            var other => throw Invalid($"Invalid effect: {other}"),
        };
    }

    private static List<Principal> ReadPrincipals(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString() == "*" ? [new Principal("AWS", "*")] : throw Invalid("Invalid principal in policy");
        if (value.ValueKind != JsonValueKind.Object)
            throw Invalid("Invalid principal in policy");
        var principals = new List<Principal>();
        foreach (var kind in value.EnumerateObject())
        {
            if (kind.Name is not ("AWS" or "Federated" or "Service" or "CanonicalUser")) throw Invalid("Invalid principal in policy");
            principals.AddRange(Texts(kind.Value).Select(v => new Principal(kind.Name, v)));
        }

        return principals;
    }

    private static List<Condition> ReadConditions(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new PolicySyntaxException(PolicyFault.Condition, "Condition must be an object");
        var conditions = new List<Condition>();
        foreach (var comparison in value.EnumerateObject())
        {
            if (!ConditionOperator.TryParse(comparison.Name, out _))
                throw new PolicySyntaxException(PolicyFault.Condition, $"Invalid Condition type : {comparison.Name}");
            if (comparison.Value.ValueKind != JsonValueKind.Object)
                throw new PolicySyntaxException(PolicyFault.Condition, "Condition must be an object");
            conditions.AddRange(
                comparison.Value.EnumerateObject().Select(key => new Condition(comparison.Name, key.Name, Texts(key.Value, literals: true)))
            );
        }

        return conditions;
    }

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Invalid("A string was expected");

    private static List<string> Texts(JsonElement value, bool literals = false) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Select(v => Literal(v, literals))],
        _ => [Literal(value, literals)],
    };

    // Conditions may compare with bare numbers and booleans.
    private static string Literal(JsonElement value, bool allowed) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when allowed => value.GetRawText(),
        _ => throw Invalid("A string was expected"),
    };

    private static PolicySyntaxException Unknown(string field) => new(PolicyFault.UnknownField, $"Unknown field {field}");

    private static PolicySyntaxException Invalid(string message) => new(PolicyFault.InvalidValue, message);
}
