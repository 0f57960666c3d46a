-- Where tokens to sign in with come from, as JSON; NULL where the password itself is what is signed in with.
ALTER TABLE mail_setting ADD COLUMN oauth TEXT;
