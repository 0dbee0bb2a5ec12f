using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Kms;

/// <summary>KMS's JSON API: symmetric keys, their policies, aliases, and what is done with them.</summary>
internal sealed class SandboxKms(StateFile<KmsState> file, PolicyRules rules, IAuthorizer authorizer, TimeProvider clock) : IAwsService
{
    private const string Target = "TrentService.";

    private static readonly HonouredParameters Honoured = new("""
        CreateKey: Policy Description BypassPolicyLockoutSafetyCheck
        ListKeys:
        ListAliases:
        DescribeKey: KeyId
        GetKeyPolicy: KeyId PolicyName
        PutKeyPolicy: KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck
        ListKeyPolicies: KeyId
        ListResourceTags: KeyId
        UpdateKeyDescription: KeyId Description
        GetKeyRotationStatus: KeyId
        EnableKey: KeyId
        DisableKey: KeyId
        ScheduleKeyDeletion: KeyId PendingWindowInDays
        CancelKeyDeletion: KeyId
        CreateAlias: AliasName TargetKeyId
        UpdateAlias: AliasName TargetKeyId
        DeleteAlias: AliasName
        GenerateDataKey: KeyId KeySpec EncryptionContext
        Encrypt: KeyId Plaintext EncryptionContext
        Decrypt: KeyId CiphertextBlob EncryptionContext
        """);

    private readonly Lock _gate = new();

    public string Name => "kms";

    public string ActionOf(AwsCall call)
    {
        var target = call.Request.Headers["X-Amz-Target"].ToString();
        return target.StartsWith(Target, StringComparison.Ordinal) ? target[Target.Length..] : "";
    }

    public async Task AnswerAsync(AwsCall call)
    {
        if (call.Caller is not { } caller)
            throw new AwsError(400, "MissingAuthenticationTokenException", "Request is missing Authentication Token");
        JsonObject input;
        try
        {
            input = (await JsonNode.ParseAsync(call.Body, cancellationToken: call.Cancelled))?.AsObject() ?? [];
        }
        catch (JsonException)
        {
            throw new AwsError(400, "SerializationException", "The request is not JSON.");
        }

        if (!Honoured.Has(ActionOf(call)))
            throw new AwsError(400, "UnknownOperationException", $"{ActionOf(call)} is not an operation of the sandbox's KMS.");
        Honoured.Require(ActionOf(call), input.Select(pair => pair.Key));
        var answer = Run(call, caller, ActionOf(call), input);
        call.Response.ContentType = "application/x-amz-json-1.1";
        call.Response.Headers["x-amzn-RequestId"] = call.RequestId;
        await call.Response.WriteAsync(answer?.ToJsonString() ?? "", call.Cancelled);
    }

    public async Task WriteErrorAsync(AwsCall call, AwsError error)
    {
        call.Response.StatusCode = error.Status;
        call.Response.ContentType = "application/x-amz-json-1.1";
        call.Response.Headers["x-amzn-RequestId"] = call.RequestId;
        await call.Response.WriteAsync(
            new JsonObject { ["__type"] = error.Code, ["message"] = error.Message }.ToJsonString(),
            call.Cancelled);
    }

    private JsonObject? Run(AwsCall call, Caller caller, string action, JsonObject input)
    {
        switch (action)
        {
            case "CreateKey":
                Allow(call, "kms:CreateKey", "*", caller.AccountId, null, []);
                var policy = input["Policy"]?.GetValue<string>();
                if (policy is not null)
                {
                    rules.ValidateKey(policy);
                    RefuseLockout(call, $"arn:aws:kms:{call.Region}:{caller.AccountId}:key/new", caller.AccountId, policy, input);
                    policy = authorizer.Bind(policy);
                }

                var made = KmsKey.New(
                    caller.AccountId,
                    call.Region,
                    policy,
                    input["Description"]?.GetValue<string>() ?? "",
                    clock.GetUtcNow());
                Change(state => state.With(made));
                return new() { ["KeyMetadata"] = KmsKeyMetadata.Of(made) };
            case "ListKeys":
                Allow(call, "kms:ListKeys", "*", caller.AccountId, null, []);
                return new()
                {
                    ["Keys"] = new JsonArray([
                        .. Own(caller, call.Region).Select(key => new JsonObject { ["KeyId"] = key.Id, ["KeyArn"] = key.Arn }),
                    ]),
                    ["Truncated"] = false,
                };
            case "ListAliases":
                Allow(call, "kms:ListAliases", "*", caller.AccountId, null, []);
                var prefix = $"{caller.AccountId}/{call.Region}/";
                return new()
                {
                    ["Aliases"] = new JsonArray([
                        .. file
                            .Value.Aliases.Where(alias => alias.Key.StartsWith(prefix, StringComparison.Ordinal))
                            .Select(alias => new JsonObject
                            {
                                ["AliasName"] = alias.Key[prefix.Length..],
                                ["AliasArn"] = $"arn:aws:kms:{call.Region}:{caller.AccountId}:{alias.Key[prefix.Length..]}",
                                ["TargetKeyId"] = file.Value.Keys[alias.Value].Id,
                            }),
                    ]),
                    ["Truncated"] = false,
                };
            default:
                return OnKey(call, caller, action, input);
        }
    }

    private JsonObject? OnKey(AwsCall call, Caller caller, string action, JsonObject input)
    {
        var key =
            action is "Decrypt" && input["KeyId"] is null
                ? file.Value.Find(KmsCiphertext.KeyOf(Text(input, "CiphertextBlob")), caller.AccountId, call.Region)
                : file.Value.Find(
                    Text(
                        input,
                        action is "CreateAlias" or "UpdateAlias" ? "TargetKeyId"
                            : action is "DeleteAlias" ? "AliasName"
                            : "KeyId"),
                    caller.AccountId,
                    call.Region);
        if (key is null)
            throw new AwsError(400, "NotFoundException", $"Key '{input["KeyId"]?.GetValue<string>() ?? "?"}' does not exist");
        Allow(call, $"kms:{action}", key.Arn, key.Account, key.Policy, KmsCiphertext.ContextKeys(input));
        // A key has one policy, by this name.
        if (action is "GetKeyPolicy" or "PutKeyPolicy" && (input["PolicyName"]?.GetValue<string>() ?? "default") != "default")
            throw new AwsError(400, "NotFoundException", "No such policy exists");
        if (action is "GenerateDataKey" && (input["KeySpec"]?.GetValue<string>() ?? "AES_256") is not ("AES_128" or "AES_256"))
            throw new AwsError(
                400,
                "ValidationException",
                "1 validation error detected: Value at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: " +
                "[AES_128, AES_256]"
            );
        switch (action)
        {
            case "DescribeKey":
                return new() { ["KeyMetadata"] = KmsKeyMetadata.Of(key) };
            case "GetKeyPolicy":
                return new() { ["Policy"] = authorizer.Unbind(key.Policy), ["PolicyName"] = "default" };
            case "ListKeyPolicies":
                return new() { ["PolicyNames"] = new JsonArray("default"), ["Truncated"] = false };
            case "ListResourceTags":
                return new() { ["Tags"] = new JsonArray(), ["Truncated"] = false };
            case "PutKeyPolicy":
                rules.ValidateKey(Text(input, "Policy"));
                RefuseLockout(call, key.Arn, key.Account, Text(input, "Policy"), input);
                Change(state => state.With(key with { Policy = authorizer.Bind(Text(input, "Policy")) }));
                return null;
            case "UpdateKeyDescription":
                Change(state => state.With(key with { Description = Text(input, "Description") }));
                return null;
            case "GetKeyRotationStatus":
                return new() { ["KeyRotationEnabled"] = false, ["KeyId"] = key.Arn };
            case "EnableKey" or "DisableKey" or "ScheduleKeyDeletion" when key.State == "PendingDeletion":
                throw new AwsError(400, "KMSInvalidStateException", $"{key.Arn} is pending deletion.");
            case "CancelKeyDeletion" when key.State != "PendingDeletion":
                throw new AwsError(400, "KMSInvalidStateException", $"{key.Arn} is not pending deletion.");
            case "EnableKey" or "CancelKeyDeletion":
                var back = key with { State = action == "EnableKey" ? "Enabled" : "Disabled", DeletionAt = null };
                Change(state => state.With(back));
                return action == "EnableKey" ? null : new() { ["KeyId"] = key.Arn };
            case "DisableKey":
                Change(state => state.With(key with { State = "Disabled" }));
                return null;
            case "ScheduleKeyDeletion":
                var days = input["PendingWindowInDays"]?.GetValue<int>() ?? 30;
                if (days is < 7 or > 30)
                    throw new AwsError(
                        400,
                        "ValidationException",
                        $"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member " +
                        "must have value between 7 and 30"
                    );
                var doomed = key with { State = "PendingDeletion", DeletionAt = clock.GetUtcNow().AddDays(days) };
                Change(state => state.With(doomed));
                return new()
                {
                    ["KeyId"] = key.Arn,
                    ["DeletionDate"] = doomed.DeletionAt.Value.ToUnixTimeSeconds(),
                    ["KeyState"] = "PendingDeletion",
                    ["PendingWindowInDays"] = days,
                };
            case "CreateAlias" when file.Value.Aliases.ContainsKey($"{caller.AccountId}/{call.Region}/{Text(input, "AliasName")}"):
                throw new AwsError(
                    400,
                    "AlreadyExistsException",
                    $"An alias with the name arn:aws:kms:{call.Region}:{caller.AccountId}:{Text(input, "AliasName")} already exists");
            case "CreateAlias"
            or "UpdateAlias"
                when !Text(input, "AliasName").StartsWith("alias/", StringComparison.Ordinal)
                    || Text(input, "AliasName").StartsWith("alias/aws/", StringComparison.Ordinal):
                throw new AwsError(
                    400,
                    "InvalidAliasNameException",
                    "Alias must start with the prefix \"alias/\" and not with \"alias/aws/\".");
            case "CreateAlias" or "UpdateAlias":
                Change(state =>
                    state with
                    {
                        Aliases = state.Aliases.SetItem($"{caller.AccountId}/{call.Region}/{Text(input, "AliasName")}", key.Arn),
                    });
                return null;
            case "DeleteAlias":
                Change(state =>
                    state with
                    {
                        Aliases = state.Aliases.Remove($"{caller.AccountId}/{call.Region}/{Text(input, "AliasName")}"),
                    });
                return null;
            case "GenerateDataKey":
                var plain = RandomNumberGenerator.GetBytes(input["KeySpec"]?.GetValue<string>() == "AES_128" ? 16 : 32);
                return new()
                {
                    ["CiphertextBlob"] = KmsCiphertext.Seal(Usable(key), plain, KmsCiphertext.ContextOf(input)),
                    ["Plaintext"] = Convert.ToBase64String(plain),
                    ["KeyId"] = key.Arn,
                };
            case "Encrypt":
                return new()
                {
                    ["CiphertextBlob"] = KmsCiphertext.Seal(
                        Usable(key),
                        Convert.FromBase64String(Text(input, "Plaintext")),
                        KmsCiphertext.ContextOf(input)),
                    ["KeyId"] = key.Arn,
                };
            case "Decrypt":
                return new()
                {
                    ["Plaintext"] = Convert.ToBase64String(
                        KmsCiphertext.Open(Usable(key), Text(input, "CiphertextBlob"), KmsCiphertext.ContextOf(input))),
                    ["KeyId"] = key.Arn,
                };
            default:
                throw new AwsError(400, "UnknownOperationException", $"{action} is not an operation of the sandbox's KMS.");
        }
    }

    private IEnumerable<KmsKey> Own(Caller caller, string region) =>
        file
            .Value.Keys.Values.Where(key => key.Account == caller.AccountId && key.Region == region)
            .OrderBy(key => key.Id, StringComparer.Ordinal);

    private void Change(Func<KmsState, KmsState> change)
    {
        lock (_gate)
            file.Save(change(file.Value));
    }

    private void Allow(
        AwsCall call,
        string action,
        string resource,
        string account,
        string? policy,
        Dictionary<string, IReadOnlyList<string>> keys)
    {
        keys["kms:CallerAccount"] = [call.Caller!.AccountId];
        authorizer.Authorize(
            call,
            new AccessRequest(action, resource, account, policy, keys) { ResourcePolicyMustAdmit = policy is not null });
    }

    /// <summary>KMS takes no policy under which its caller couldn't put another, unless told that this is meant.</summary>
    private void RefuseLockout(AwsCall call, string key, string account, string policy, JsonObject input)
    {
        if (input["BypassPolicyLockoutSafetyCheck"]?.GetValue<bool>() == true)
            return;
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["kms:CallerAccount"] = [call.Caller!.AccountId],
        };
        if (
            !authorizer
                .Decide(call, new AccessRequest("kms:PutKeyPolicy", key, account, policy, keys) { ResourcePolicyMustAdmit = true })
                .Allowed)
            throw new AwsError(
                400,
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.");
    }

    private static KmsKey Usable(KmsKey key) => key.State switch
    {
        "Enabled" => key,
        "Disabled" => throw new AwsError(400, "DisabledException", $"{key.Arn} is disabled."),
        _ => throw new AwsError(400, "KMSInvalidStateException", $"{key.Arn} is pending deletion."),
    };

    private static string Text(JsonObject input, string name) =>
        input[name]?.GetValue<string>()
        ?? throw new AwsError(400, "ValidationException", $"1 validation error detected: Value at '{name}' must not be null");
}
