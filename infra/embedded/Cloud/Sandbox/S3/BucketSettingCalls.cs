using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Versioning, who pays, and notifications.</summary>
internal static class BucketSettingCalls
{
    public static Task GetVersioningAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketVersioning");
        return S3Xml.AnswerAsync(call, "VersioningConfiguration", xml =>
        {
            xml.Optional("Status", call.Settings.Versioning);
            xml.Optional("MfaDelete", call.Settings.MfaDelete);
        });
    }

    public static async Task PutVersioningAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketVersioning");
        var document = await S3Xml.ReadRequiredAsync(call, "VersioningConfiguration");
        var status = document.Text("Status");
        if (status is not ("Enabled" or "Suspended"))
            throw S3Errors.Of(400, "IllegalVersioningConfigurationException", "The Versioning element must be specified");
        if (status == "Suspended" && call.Settings.ObjectLock is not null)
            throw S3Errors.Of(
                409,
                "InvalidBucketState",
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
        var mfa = document.Text("MfaDelete");
        if (mfa is not (null or "Enabled" or "Disabled"))
            throw S3Errors.MalformedXml();
        if (mfa == "Enabled" || (mfa is not null && call.Settings.MfaDelete is not null))
            MfaDelete.RequireRoot(call);
        else
            MfaDelete.Require(call);
        call.Bucket.Change(s =>
            s with
            {
                Versioning = status,
                MfaDelete = mfa == "Disabled" && s.MfaDelete is null ? null : mfa ?? s.MfaDelete,
            });
        await call.EmptyAsync(200);
    }

    public static Task GetRequestPaymentAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketRequestPayment");
        return S3Xml.AnswerAsync(
            call,
            "RequestPaymentConfiguration",
            xml => xml.Element("Payer", call.Settings.RequesterPays ? "Requester" : "BucketOwner"));
    }

    public static async Task PutRequestPaymentAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketRequestPayment");
        var payer = (await S3Xml.ReadRequiredAsync(call, "RequestPaymentConfiguration")).Text("Payer");
        if (payer is not ("Requester" or "BucketOwner")) throw S3Errors.MalformedXml();
        call.Bucket.Change(s => s with { RequesterPays = payer == "Requester" });
        await call.EmptyAsync(200);
    }

    public static async Task GetNotificationAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketNotification");
        if (call.Settings.Notifications is not { } notifications)
        {
            await S3Xml.AnswerAsync(call, "NotificationConfiguration", static _ => { });
            return;
        }

        call.Response.ContentType = "application/xml";
        await call.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(notifications), call.Cancelled);
    }

    public static async Task PutNotificationAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketNotification");
        var document = await S3Xml.ReadRequiredAsync(call, "NotificationConfiguration");
        BucketNotifications.Check(call, document);
        call.Bucket.Change(s => s with { Notifications = document.HasElements ? document.ToString() : null });
        await call.EmptyAsync(200);
    }
}

/// <summary>Settings that no bucket here has: reading them gives what S3 answers for a bucket where nobody set them.</summary>
internal static class NeverConfigured
{
    private static readonly Dictionary<string, (string Action, string? Code, string Text)> Known = new(StringComparer.Ordinal)
    {
        ["lifecycle"] = ("s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        ["website"] = ("s3:GetBucketWebsite", "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
        ["replication"] = (
            "s3:GetReplicationConfiguration",
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found"),
        ["logging"] = ("s3:GetBucketLogging", null, "BucketLoggingStatus"),
        ["accelerate"] = ("s3:GetAccelerateConfiguration", null, "AccelerateConfiguration"),
    };

    public static bool Has(string subresource) => Known.ContainsKey(subresource);

    public static Task GetAsync(S3Call call, string subresource)
    {
        var (action, code, text) = Known[subresource];
        call.AllowOnBucket(action);
        return code is null
            ? S3Xml.AnswerAsync(call, text, static _ => { })
            : throw S3Errors.Of(404, code, text, ("BucketName", call.Settings.Name));
    }
}
