from django.urls import path

from . import views, views_holder, views_log, views_person, views_request, views_review

urlpatterns = [
    path("", views.people_list, name="people_list"),
    path("nutzer-hinzufuegen/", views.invitation_create, name="invitation_create"),
    path("<int:pk>/", views_person.membership_edit, name="membership_edit"),
    path("<int:pk>/erneut-einladen/", views_person.invitation_resend, name="invitation_resend"),
    path("<int:pk>/entfernen/", views_person.membership_remove, name="membership_remove"),
    path("<int:pk>/sperren/", views_person.membership_suspend, name="membership_suspend"),
    path("<int:pk>/freigeben/", views_person.membership_resume, name="membership_resume"),
    path("<int:pk>/verlaengern/", views_person.membership_renew, name="membership_renew"),
    path("<int:pk>/lizenzinhaber/", views_holder.holder_name, name="holder_name"),
    path("<int:pk>/lizenzinhaber-beenden/", views_holder.holder_end, name="holder_end"),
    path("<int:pk>/hauptlizenzinhaber/", views_holder.holder_main, name="holder_main"),
    path("rolle-uebergeben/", views_holder.role_hand_over, name="role_hand_over"),
    path("uebernahme/", views_holder.takeover, name="takeover"),
    path("uebernahme/<uuid:pk>/widersprechen/", views_holder.takeover_object, name="takeover_object"),
    path("uebernahme/<uuid:pk>/zuruecknehmen/", views_holder.takeover_withdraw, name="takeover_withdraw"),
    path("anfragen/<uuid:pk>/antwort/", views_request.request_answer, name="request_answer"),
    path("anfragen/<str:right>/", views_request.access_request, name="access_request"),
    path("protokoll/", views_log.access_log, name="access_log"),
    path("protokoll.csv", views_log.access_log_export, name="access_log_export"),
    path("pruefung/", views_review.review, name="review"),
    path("pruefung/abschliessen/", views_review.review_close, name="review_close"),
    path("pruefung/<int:pk>/behalten/", views_review.review_keep, name="review_keep"),
    path("pruefung/<int:pk>/nachweis/", views_review.review_file, name="review_file"),
]
