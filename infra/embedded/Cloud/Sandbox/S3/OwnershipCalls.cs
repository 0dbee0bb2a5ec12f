namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>Object Ownership: whether ACLs are on at all, and whose objects are.</summary>
internal static class OwnershipCalls
{
    public static Task GetAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketOwnershipControls");
        var ownership =
            call.Settings.Ownership
            ?? throw S3Errors.Of(
                404,
                "OwnershipControlsNotFoundError",
                "The bucket ownership controls were not found",
                ("BucketName", call.Settings.Name));
        return S3Xml.AnswerAsync(call, "OwnershipControls", xml => xml.Nested("Rule", x => x.Element("ObjectOwnership", ownership)));
    }

    public static async Task PutAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketOwnershipControls");
        var document = await S3Xml.ReadRequiredAsync(call, "OwnershipControls");
        var ownership = document.Child("Rule")?.Text("ObjectOwnership") ?? throw S3Errors.MalformedXml();
        Validate(ownership);
        if (ownership == "BucketOwnerEnforced" && call.Settings.Acl is { } acl && !Acls.IsPrivate(acl, call.Settings.Account))
            throw S3Errors.Of(
                400,
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        call.Bucket.Change(s => s with { Ownership = ownership });
        await call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketOwnershipControls");
        call.Bucket.Change(s => s with { Ownership = null });
        return call.EmptyAsync(204);
    }

    public static void Validate(string ownership)
    {
        if (ownership is not ("BucketOwnerEnforced" or "BucketOwnerPreferred" or "ObjectWriter"))
            throw S3Errors.InvalidArgument("Invalid x-amz-object-ownership header", "x-amz-object-ownership", ownership);
    }
}
