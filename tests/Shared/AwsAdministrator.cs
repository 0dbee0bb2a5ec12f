using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessDrives.Tests.Shared;

/// <summary>The customer's AWS administrator, who does by hand what the wizard says.</summary>
public sealed class AwsAdministrator
{
    public const string Account = "444455556666";

    public const string Our = "111122223333";

    private readonly Uri _endpoint;
    private readonly string _accessKeyId;
    private readonly string _secretAccessKey;

    public AwsAdministrator(JsonNode cloud)
    {
        ArgumentNullException.ThrowIfNull(cloud);
        var account = cloud["aws"]!["accounts"]![Account]!;
        _endpoint = new Uri(cloud["aws"]!["endpoint"]!.GetValue<string>());
        (_accessKeyId, _secretAccessKey) = KeyOf(account["administrator"]!);
        DriveUser = KeyOf(account["driveUser"]!);
        DriveUserName = account["driveUser"]!["userName"]!.GetValue<string>();
        KmsKeyArn = account["kmsKeyArn"]!.GetValue<string>();
    }

    /// <summary>A policy of these statements.</summary>
    public static JsonObject Policy(params JsonNode[] statements) => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new JsonArray(statements),
    };

    /// <summary>Of our own account, which to the customer is another's.</summary>
    public static AwsAdministrator OfAnotherAccount(JsonNode cloud)
    {
        var key = KeyOf(cloud["aws"]!["accounts"]![Our]!["administrator"]!);
        return new AwsAdministrator(cloud, key);
    }

    private AwsAdministrator(JsonNode cloud, (string Id, string Secret) key)
        : this(cloud) => (_accessKeyId, _secretAccessKey) = key;

    public (string Id, string Secret) DriveUser { get; }

    public string DriveUserName { get; }

    public string KmsKeyArn { get; }

    public Uri Endpoint => _endpoint;

    /// <summary>The real SDK, as the administrator.</summary>
    public AmazonS3Client S3(string region = "us-east-1") => new(
        new BasicAWSCredentials(_accessKeyId, _secretAccessKey),
        new AmazonS3Config { ServiceURL = _endpoint.AbsoluteUri, AuthenticationRegion = region, ForcePathStyle = true });

    /// <summary>Environment of the real <c>aws</c> CLI, as the administrator.</summary>
    public Dictionary<string, string> CommandLineEnvironment() => new()
    {
        ["AWS_ENDPOINT_URL"] = _endpoint.AbsoluteUri.TrimEnd('/'),
        ["AWS_ACCESS_KEY_ID"] = _accessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = _secretAccessKey,
        ["AWS_REGION"] = "us-east-1",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
    };

    public async Task<string> CreateRoleAsync(string name, JsonNode trustPolicy)
    {
        var answer = await IamAsync("CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", trustPolicy.ToJsonString()));
        return Between(answer, "Arn");
    }

    public Task PutTrustPolicyAsync(string role, JsonNode policy) =>
        IamAsync("UpdateAssumeRolePolicy", ("RoleName", role), ("PolicyDocument", policy.ToJsonString()));

    public Task PutRolePolicyAsync(string role, JsonNode policy, string name = "drive") =>
        IamAsync("PutRolePolicy", ("RoleName", role), ("PolicyName", name), ("PolicyDocument", policy.ToJsonString()));

    public Task PutUserPolicyAsync(string user, string name, JsonNode policy) =>
        IamAsync("PutUserPolicy", ("UserName", user), ("PolicyName", name), ("PolicyDocument", policy.ToJsonString()));

    public async Task PutBucketPolicyAsync(string bucket, JsonNode policy)
    {
        using var s3 = S3();
        await s3.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = bucket, Policy = policy.ToJsonString() });
    }

    /// <summary>Which pages may call the bucket.</summary>
    /// <param name="rules">As the S3 console's CORS editor takes them.</param>
    public async Task PutCorsAsync(string bucket, JsonNode rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        using var s3 = S3();
        await s3.PutCORSConfigurationAsync(new PutCORSConfigurationRequest
        {
            BucketName = bucket,
            Configuration = new()
            {
                Rules =
                [
                    .. rules.AsArray().Select(rule => new CORSRule
                    {
                        AllowedOrigins = Texts(rule!["AllowedOrigins"]),
                        AllowedMethods = Texts(rule["AllowedMethods"]),
                        AllowedHeaders = Texts(rule["AllowedHeaders"]),
                        ExposeHeaders = Texts(rule["ExposeHeaders"]),
                        MaxAgeSeconds = rule["MaxAgeSeconds"]!.GetValue<int>(),
                    }),
                ],
            },
        });

        static List<string> Texts(JsonNode? texts) => [.. texts!.AsArray().Select(text => text!.GetValue<string>())];
    }

    /// <summary>The bucket's policy as JSON, or null where it has none.</summary>
    public async Task<string?> BucketPolicyAsync(string bucket)
    {
        using var s3 = S3();
        var answer = await s3.GetBucketPolicyAsync(new GetBucketPolicyRequest { BucketName = bucket });
        // For a bucket without a policy the SDK doesn't throw: it hands over the error's XML as if that were the policy.
        return answer.HttpStatusCode is System.Net.HttpStatusCode.OK ? answer.Policy : null;
    }

    /// <summary>A user of its own with this policy.</summary>
    public async Task<(string Id, string Secret)> CreateUserWithKeyAsync(string user, JsonNode policy)
    {
        await IamAsync("CreateUser", ("UserName", user));
        await PutUserPolicyAsync(user, "drive", policy);
        return await CreateKeyAsync(user);
    }

    public async Task<(string Id, string Secret)> CreateKeyAsync(string user)
    {
        var answer = await IamAsync("CreateAccessKey", ("UserName", user));
        return (Between(answer, "AccessKeyId"), Between(answer, "SecretAccessKey"));
    }

    public async Task CreateBucketAsync(string bucket, bool versioned = false, bool withAcls = false)
    {
        using var s3 = S3();
        await s3.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = bucket,
                ObjectOwnership = withAcls ? ObjectOwnership.ObjectWriter : ObjectOwnership.BucketOwnerEnforced,
            });
        if (versioned)
            await s3.PutBucketVersioningAsync(
                new PutBucketVersioningRequest
                {
                    BucketName = bucket,
                    VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
                });
    }

    /// <summary>Every version, delete marker and upload below a prefix.</summary>
    public async Task<List<(string Key, string? Version)>> EverythingAsync(string bucket, string prefix)
    {
        using var s3 = S3();
        var versions = new List<S3ObjectVersion>();
        await foreach (
            var version in s3.Paginators.ListVersions(new ListVersionsRequest { BucketName = bucket, Prefix = prefix }).Versions)
            versions.Add(version);
        var uploads = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix });
        return
        [
            .. versions.Select(version => (version.Key, (string?)version.VersionId)),
            .. (uploads.MultipartUploads ?? []).Select(upload => (upload.Key, (string?)upload.UploadId)),
        ];
    }

    /// <summary>Everything in the bucket below a prefix, uploads included; for "nothing left behind".</summary>
    public async Task<List<string>> KeysAsync(string bucket, string prefix)
    {
        using var s3 = S3();
        var keys = new List<string>();
        await foreach (
            var found in s3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix }).S3Objects)
            keys.Add(found.Key);
        var uploads = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix });
        keys.AddRange((uploads.MultipartUploads ?? []).Select(upload => $"upload:{upload.Key}"));
        return keys;
    }

    /// <summary>One call to IAM.</summary>
    public Task<string> IamAsync(string action, params (string Name, string Value)[] parameters) =>
        QueryAsync("iam", "2010-05-08", action, parameters);

    /// <summary>One call to SNS.</summary>
    public Task<string> SnsAsync(string action, params (string Name, string Value)[] parameters) =>
        QueryAsync("sns", "2010-03-31", action, parameters);

    /// <summary>One call to a query API, signed by hand: the SDKs for these can't be restored everywhere.</summary>
    private async Task<string> QueryAsync(string service, string version, string action, (string Name, string Value)[] parameters)
    {
        var form = string.Join(
            '&',
            parameters
                .Prepend(("Version", version))
                .Prepend(("Action", action))
                .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
        var now = DateTime.UtcNow;
        var (date, time) = (now.ToString("yyyyMMdd"), now.ToString("yyyyMMdd'T'HHmmss'Z'"));
        const string type = "application/x-www-form-urlencoded; charset=utf-8";
        var host = _endpoint.Authority;
        var scope = $"{date}/us-east-1/{service}/aws4_request";
        var canonical = $"POST\n/\n\ncontent-type:{type}\nhost:{host}\nx-amz-date:{time}\n\ncontent-type;host;x-amz-date\n{Hash(form)}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}";
        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + _secretAccessKey), date), "us-east-1"), service), "aws4_request");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new StringContent(form) };
        request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={_accessKeyId}/{scope}, SignedHeaders=content-type;host;x-amz-date, " +
            $"Signature={Convert.ToHexStringLower(Hmac(key, toSign))}"
        );
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{action}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>The text of the first element of this name.</summary>
    public static string Between(string xml, string element)
    {
        var start = xml.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        return xml[start..xml.IndexOf($"</{element}>", start, StringComparison.Ordinal)];
    }

    private static (string, string) KeyOf(JsonNode node) =>
        (node["accessKeyId"]!.GetValue<string>(), node["secretAccessKey"]!.GetValue<string>());

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
